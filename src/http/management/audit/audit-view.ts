import type { AuditRecord } from "../../../store/audit/audit.ts";
import type { AuditGroup } from "../../../store/audit/audit-groups.ts";
import { imageOf } from "../../../store/row-image.ts";
import { instantOf } from "../shape.ts";

/**
 * A change of the audit as the API returns it.
 *
 * @param visible the environments that the caller may know, `null` for all
 */
export function viewOfChange(record: AuditRecord, visible: readonly string[] | null): object {
  const { id, environment, entity, key, action, version } = record;
  const [before, after] = [imageOf(record.before), imageOf(record.after)];
  const made = record.versions ?? (environment === null || version === null ? {} : { [environment]: version });
  const versions = visibleVersions(made, visible);
  return { id, ...writerOf(record), environment, entity, key, action, version, versions, before, after };
}

/** All changes of one write, as the API returns them: a summary, and the first changes in full. */
export function viewOfGroup(
  { write, count, hasMore, kinds, environments, versions, first }: AuditGroup,
  visible: readonly string[] | null,
): object {
  const [one] = first;
  return {
    ...(one === undefined ? {} : writerOf(one)),
    write,
    count,
    hasMore,
    kinds,
    environments,
    versions: visibleVersions(versions, visible),
    changes: first.map((record) => viewOfChange(record, visible)),
  };
}

function writerOf({ id, writeId, at, actor, actorName, note }: AuditRecord): object {
  return { write: writeId ?? id, at: instantOf(at), actor, actorName, note };
}

function visibleVersions(made: Record<string, number>, visible: readonly string[] | null): Record<string, number> {
  if (visible === null) return made;
  return Object.fromEntries(Object.entries(made).filter(([environment]) => visible.includes(environment)));
}
