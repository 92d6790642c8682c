import type { AuditRecord } from "../../../store/audit.ts";
import { imageOf } from "../../../store/row-image.ts";
import { instantOf } from "../shape.ts";

/** A change of the audit as the API returns it. */
export function viewOfChange(record: AuditRecord): object {
  const { id, at, actor, environment, entity, key, action, version } = record;
  const [before, after] = [imageOf(record.before), imageOf(record.after)];
  return { id, at: instantOf(at), actor, environment, entity, key, action, version, before, after };
}
