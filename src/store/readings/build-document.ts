import {
  SCHEMA_VERSION,
  type Condition,
  type FlagConfiguration,
  type FlagDefinition,
  type FlagDependency,
  type FlagDocument,
} from "../../flags/document.ts";

/** A flag as one environment configures it. */
export interface FlagRow extends FlagDefinition, FlagConfiguration {
  version: number;
}

export interface SegmentRow {
  key: string;
  condition: Condition;
}

/** What a document names itself; both are nodes: `flag:<key>`, `segment:<key>`. */
export type ReferenceRow = [node: string, refersTo: string[]];

/** Rows of one snapshot by node. */
export interface Rows {
  flags: ReadonlyMap<string, FlagRow>;
  segments: ReadonlyMap<string, SegmentRow>;
  references: ReadonlyMap<string, string[]>;
}

export function indexRows(
  flags: readonly FlagRow[],
  segments: readonly SegmentRow[],
  references: readonly ReferenceRow[],
): Rows {
  return {
    references: new Map(references),
    flags: new Map(flags.map((flag) => [`flag:${flag.key}`, flag])),
    segments: new Map(segments.map((segment) => [`segment:${segment.key}`, segment])),
  };
}

/** The self-contained document: everything that the flag names, transitively, is resolved into it. */
export function buildDocument(flag: FlagRow, rows: Rows): FlagDocument {
  const segments: Record<string, Condition> = {};
  const dependencies: Record<string, FlagDependency> = {};
  const seen = new Set([`flag:${flag.key}`]);
  const queue = [...(rows.references.get(`flag:${flag.key}`) ?? [])];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const segment = rows.segments.get(node);
    const dependency = rows.flags.get(node);
    if (segment) segments[segment.key] = segment.condition;
    if (dependency) dependencies[dependency.key] = toDependency(dependency);
    queue.push(...(rows.references.get(node) ?? []));
  }
  return {
    schemaVersion: SCHEMA_VERSION,
    key: flag.key,
    kind: flag.kind,
    type: flag.type,
    version: flag.version,
    enabled: flag.enabled,
    variants: flag.variants,
    offVariant: flag.offVariant,
    default: flag.default,
    rules: flag.rules,
    prerequisites: flag.prerequisites,
    clientVisible: flag.clientVisible,
    metadata: flag.metadata,
    ...(Object.keys(segments).length > 0 && { segments }),
    ...(Object.keys(dependencies).length > 0 && { dependencies }),
  };
}

function toDependency(flag: FlagRow): FlagDependency {
  return {
    enabled: flag.enabled,
    offVariant: flag.offVariant,
    default: flag.default,
    rules: flag.rules,
    prerequisites: flag.prerequisites,
    variants: Object.keys(flag.variants),
  };
}
