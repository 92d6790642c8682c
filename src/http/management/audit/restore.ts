import { picklist } from "valibot";
import { InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import { type AuditRecord, getAudit } from "../../../store/audit.ts";
import { getDefinition } from "../../../store/lists/flags.ts";
import type { WriteResult } from "../../../store/writes/transaction.ts";
import { saveFlag } from "../../../store/writes/flags.ts";
import { saveSegment } from "../../../store/writes/segments.ts";
import { HttpError } from "../../errors.ts";
import { auditNameOf } from "../actor.ts";
import { imageOf } from "./audit-view.ts";
import { type ManagementContext, pathKey } from "../context.ts";
import { patchDefinition } from "../definitions/definition-patch.ts";
import { type JsonObject, parseFlag, storedFlag } from "../flags/flag-input.ts";
import type { Routes } from "../operation.ts";
import { notFoundUnless } from "../require.ts";
import { parseSegment } from "../segments/segments.ts";
import { fields, parseShape } from "../shape.ts";
import { publishAll, publishWrite, retryOnConflict } from "../written.ts";

const IMAGES = ["before", "after"] as const;

export const restoreSchema = fields({ image: picklist(IMAGES, `must be one of ${IMAGES.join(", ")}`) });

/** Makes something what it was before or after a change of the audit: a new version with old content. */
export function addRestoreRoute(routes: Routes, services: Services): void {
  routes.add(
    "post",
    "/api/v1/environments/:env/audit/:id/restore",
    {
      tag: "Audit",
      id: "restoreFromAudit",
      summary: "Make something what it was before or after a change",
      description:
        "Of configurations, definitions and segments. What is restored is checked like any other write and gets a new version; history stays as it is.",
      access: "write",
      body: { schema: "Restore", example: { image: "before" }, parse: (value) => parseShape(restoreSchema, value) },
      answers: { 200: { description: "Written, by environment.", schema: "DefinitionWritten" } },
      problems: [409],
    },
    async (c, { body }) => {
      const [environment, id] = [pathKey(c, "env"), Number(pathKey(c, "id"))];
      const found = Number.isSafeInteger(id) ? await getAudit(await services.database(), id) : undefined;
      const isHere = found?.environment === environment || (found?.environment === null && found.entity === "flag");
      const record = notFoundUnless(isHere ? found : undefined, "change");
      const image = imageOf(record[body.image]);
      if (image === null) {
        const hint =
          body.image === "before"
            ? "it was created by this change: delete it instead"
            : "it was deleted by this change";
        throw new HttpError(409, `there is nothing to restore: ${hint}`);
      }
      const actor = auditNameOf(c.get("actor"));
      if (record.entity === "flag") return definition(services, c, record, image, actor);
      const result = await write(services, environment, record, image, actor);
      const { version, published } = await publishWrite(services, c, environment, result);
      return c.json({ environments: { [environment]: { version, published } } });
    },
  );
}

/** Field by field, not merged: a variant that is not in the image goes. */
async function definition(
  services: Services,
  c: ManagementContext,
  { key }: AuditRecord,
  image: JsonObject,
  actor: string,
): Promise<Response> {
  // What is null in a row is left out of a document.
  const replace = (base: JsonObject, fields: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries({ ...base, ...fields }).filter(([, value]) => value !== null));
  const written = await patchDefinition(services, key, {
    patch: image,
    merge: replace,
    headers: new Headers(),
    actor,
  });
  return c.json({ environments: await publishAll(services, c, written) });
}

async function write(
  services: Services,
  environment: string,
  { entity, key }: AuditRecord,
  image: JsonObject,
  actor: string,
): Promise<WriteResult> {
  const db = await services.database();
  if (entity === "segment") {
    const { environment: _, ...segment } = image;
    return await saveSegment(db, environment, parseSegment(segment, key), { actor });
  }
  if (entity !== "configuration") {
    throw new InvalidInputError([
      { pointer: "", detail: `a change of ${entity === "key" ? "a key" : "an environment"} cannot be taken back` },
    ]);
  }
  const { environment: _, flagKey: __, ...configuration } = image;
  return await retryOnConflict(async () => {
    const known = await getDefinition(db, key);
    if (known === undefined) throw new HttpError(409, "the flag's definition was deleted: create the flag anew");
    const flag = parseFlag({ ...known.definition, ...configuration }, key);
    // The definition is written, too: it must still be what it was a moment ago.
    return await saveFlag(db, environment, storedFlag(flag, {}), { actor, expectedDefinition: known.tag });
  }, true);
}
