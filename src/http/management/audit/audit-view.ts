import type { AuditRecord } from "../../../store/audit.ts";
import type { JsonObject } from "../flags/flag-input.ts";
import { instantOf } from "../shape.ts";

/** A change of the audit as the API shows it. */
export function viewOfChange(record: AuditRecord): object {
  const { id, at, actor, environment, entity, key, action, version } = record;
  const [before, after] = [imageOf(record.before), imageOf(record.after)];
  return { id, at: instantOf(at), actor, environment, entity, key, action, version, before, after };
}

/** Images are rows: their columns under the names that the API has for them. Null: there was nothing. */
export function imageOf(image: unknown): JsonObject | null {
  if (typeof image !== "object" || image === null) return null;
  return Object.fromEntries(
    Object.entries(image as JsonObject).map(([column, value]) => [
      column === "default_serve" ? "default" : column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
