import {
  SCHEMA_VERSION,
  type Condition,
  type FlagConfiguration,
  type FlagDefinition,
  type FlagDependency,
  type FlagDocument,
} from "../document.ts";
import { type Reference, referencesOf, referencesOfCondition } from "../references.ts";

/** A flag with the configuration of one environment. */
export interface FlagRow extends FlagDefinition, FlagConfiguration {
  version: number;
}

export interface SegmentRow {
  key: string;
  condition: Condition;
}

/** The direct references of a document. Both sides are nodes: `flag:<key>` or `segment:<key>`. */
export type ReferenceRow = [node: string, refersTo: string[]];

/** The rows of one reading, by node. */
export interface Rows {
  flags: ReadonlyMap<string, FlagRow>;
  segments: ReadonlyMap<string, SegmentRow>;
  references: ReadonlyMap<string, string[]>;
}

/** Returns rows with the references that their conditions and prerequisites contain. */
export function rowsOf(flags: readonly FlagRow[], segments: readonly SegmentRow[]): Rows {
  const nodes = (references: readonly Reference[]): string[] => references.map(({ kind, name }) => `${kind}:${name}`);
  return indexRows(flags, segments, [
    ...flags.map((flag): ReferenceRow => [`flag:${flag.key}`, nodes(referencesOf(flag))]),
    ...segments.map(({ key, condition }): ReferenceRow => [`segment:${key}`, nodes(referencesOfCondition(condition))]),
  ]);
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

/** Builds the self-contained document of a flag, with the segments and flags on which it depends, transitively. */
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
