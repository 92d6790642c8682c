import { all, any, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, isFields, type Placed } from "../../lowering/source.ts";
import { type ConditionScope, lowerOperator } from "./operators.ts";

export interface SegmentScope extends ConditionScope {
  /** Returns the key of a segment in Burgee, or `undefined` if the source has no such segment. */
  segmentKey: (key: string) => string | undefined;
}

const EVERYONE = "*";

/** Returns when conditions hold. Datafiles can contain them as the text of their JSON. */
export function lowerConditions(value: unknown, place: string, scope: ConditionScope): Lowered {
  return lowerTree(parsed(value, place), place, scope);
}

function parsed(value: unknown, place: string): unknown {
  if (typeof value !== "string" || value === EVERYONE) return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new NotImportable(place, "the text is not JSON");
  }
}

function lowerTree(value: unknown, place: string, scope: ConditionScope): Lowered {
  if (value === EVERYONE) return true;
  if (isFields(value) && "attribute" in value) return lowerOperator({ fields: value, place }, scope);
  const lowerAll = (list: readonly unknown[], where: string): Lowered[] =>
    list.map((one, i) => lowerTree(one, at(where, i), scope));
  if (Array.isArray(value)) return all(...lowerAll(value, place));
  const { name, list } = groupOf(value, place);
  const parts = lowerAll(list, at(place, name));
  if (name === "or") return any(...parts);
  if (name === "and") return all(...parts);
  if (parts.length === 0) return scope.sdkVersion(at(place, name)) === 2;
  return not(all(...parts));
}

interface Group {
  name: "and" | "or" | "not";
  list: readonly unknown[];
}

function groupOf(value: unknown, place: string): Group {
  for (const name of ["and", "or", "not"] as const) {
    const list = isFields(value) ? value[name] : undefined;
    if (Array.isArray(list)) return { name, list };
  }
  throw new NotImportable(place, "it is neither a condition nor a list in and, or, or not");
}

/** Returns when a group of segments matches. Datafiles can contain it as the text of its JSON. */
export function lowerSegments(value: unknown, place: string, scope: SegmentScope): Lowered {
  const isText = typeof value === "string" && /^[[{]/.test(value);
  return lowerGroup(isText ? parsed(value, place) : value, place, scope);
}

function lowerGroup(value: unknown, place: string, scope: SegmentScope): Lowered {
  if (value === EVERYONE) return true;
  if (typeof value === "string") return lowerSegment(value, place, scope);
  const lowerAll = (list: readonly unknown[], where: string): Lowered[] =>
    list.map((one, i) => lowerGroup(one, at(where, i), scope));
  if (Array.isArray(value)) return all(...lowerAll(value, place));
  const { name, list } = groupOf(value, place);
  const parts = lowerAll(list, at(place, name));
  if (name === "or") return any(...parts);
  if (name === "and") return all(...parts);
  // Version 2 of the SDK wants none of the segments to match, and version 3 not all of them.
  const isOfNone = parts.length !== 1 && scope.sdkVersion(at(place, name)) === 2;
  if (isOfNone) return not(any(...parts));
  return parts.length > 0 && not(all(...parts));
}

function lowerSegment(key: string, place: string, { segmentKey, notes }: SegmentScope): Lowered {
  const segment = segmentKey(key);
  if (segment !== undefined) return { segment };
  notes.note(place, `the segment "${key}" is not in the source, so it matches nobody`);
  return false;
}

/** Returns when a force or an override applies, which has conditions, segments, or both. */
export interface Target {
  conditions: Lowered | undefined;
  segments: Lowered | undefined;
}

export function targetOf({ fields, place }: Placed, scope: SegmentScope): Target {
  const { conditions, segments } = fields;
  return {
    conditions: conditions ? lowerConditions(conditions, at(place, "conditions"), scope) : undefined,
    segments: segments ? lowerSegments(segments, at(place, "segments"), scope) : undefined,
  };
}
