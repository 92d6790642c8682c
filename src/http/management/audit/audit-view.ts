import type { AuditRecord } from "../../../store/audit.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { instantOf } from "../shape.ts";

/** A change of the audit as the API returns it. */
export function viewOfChange(record: AuditRecord): object {
  const { id, at, actor, environment, entity, key, action, version } = record;
  const [before, after] = [imageOf(record.before), imageOf(record.after)];
  return { id, at: instantOf(at), actor, environment, entity, key, action, version, before, after };
}

/** Returns the image of a row with its columns under their names in the API, or `null` if there was no row. */
export function imageOf(image: unknown): JsonObject | null {
  if (typeof image !== "object" || image === null) return null;
  return Object.fromEntries(
    Object.entries(image as JsonObject).map(([column, value]) => [
      column === "default_serve" ? "default" : column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
