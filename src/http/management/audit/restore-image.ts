import { InvalidInputError } from "../../../ops/errors.ts";
import type { AuditRecord } from "../../../store/audit/audit.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import type { Writer } from "../../../store/inputs.ts";
import { getDefinition } from "../../../store/lists/flags.ts";
import { saveFlag } from "../../../store/writes/flags.ts";
import { archiveFlag, restoreFlag } from "../../../store/writes/archive.ts";
import { saveSegment } from "../../../store/writes/segments.ts";
import type { Written, WriteResult } from "../../../store/writes/transaction.ts";
import { HttpError } from "../../errors.ts";
import { type Pauses, retryOnConflict } from "../conditional-write.ts";
import { requireLive } from "../archive/archived.ts";
import { changeDefinition } from "../definitions/change-definition.ts";
import { parseFlag, storedFlag } from "../flags/flag-forms.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { parseSegment } from "../segments/input.ts";
import { imageOf } from "../../../store/row-image.ts";
import { refuseExisting, withoutNulls } from "./restore-deleted.ts";

/** Replaces the definition field by field instead of merging, so that a variant that is not in the image goes. */
export async function restoreDefinition(
  db: StoreDatabase,
  record: AuditRecord,
  image: JsonObject,
  writer: Writer,
  pauses: Pauses,
): Promise<Map<string, Written>> {
  const { key } = record;
  refuseExisting(record);
  const { archivedAt = null, ...fields } = image;
  const current = await getDefinition(db, key);
  const isArchived = current !== undefined && current.archivedAt !== null;
  if (movesArchive(record) && isArchived !== (archivedAt !== null))
    return await (isArchived ? restoreFlag : archiveFlag)(db, key, writer);
  const replace = (base: JsonObject, fields: JsonObject): JsonObject => withoutNulls({ ...base, ...fields });
  return await changeDefinition(db, key, { patch: fields, merge: replace, headers: new Headers(), writer, pauses });
}

/** Whether the change archived the flag or restored it. */
function movesArchive({ before, after }: AuditRecord): boolean {
  const [from, to] = [imageOf(before), imageOf(after)].map((image) => image?.["archivedAt"] ?? null);
  return from !== to;
}

/** @throws InvalidInputError for anything but a configuration or a segment */
export async function restoreInEnvironment(
  db: StoreDatabase,
  environment: string,
  { entity, key }: AuditRecord,
  image: JsonObject,
  writer: Writer,
): Promise<WriteResult> {
  if (entity === "segment") {
    const { environment: _, ...segment } = image;
    return await saveSegment(db, environment, parseSegment(segment, key, { hasStoredCondition: true }), writer);
  }
  if (entity !== "configuration") {
    throw new InvalidInputError([
      { pointer: "", detail: `a change of ${entity === "key" ? "a key" : "an environment"} cannot be restored` },
    ]);
  }
  const { environment: _, flagKey: __, ...configuration } = image;
  return await retryOnConflict(async () => {
    const current = await getDefinition(db, key);
    if (current === undefined) throw new HttpError(409, `flag "${key}" was deleted in the meantime; try again`);
    requireLive(current);
    const flag = parseFlag({ ...current.definition, ...configuration }, key, { hasStoredRules: true });
    // This write includes the definition, so the definition must still be the one that was read.
    return await saveFlag(db, environment, storedFlag(flag, {}), { ...writer, expectedDefinition: current.tag });
  }, true);
}
