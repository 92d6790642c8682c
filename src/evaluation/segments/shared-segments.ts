import type { Condition } from "../../flags/document.ts";
import { SharedValues } from "../../flags/shared-values.ts";
import { type Compilation, newTraits, type Traits } from "../compilation.ts";
import type { Test } from "../truth.ts";

/** A compiled segment. */
export interface CompiledSegment {
  test: Test;
  traits: Traits;
}

/** The tests of segments that some flag uses. The flags of an environment have its segments in common. */
const tests = new SharedValues<Test>();
/** The traits of a segment that refers to no flag: all others have their initial values. */
const traitsOf = new WeakMap<Test, Pick<Traits, "readsRequest" | "readsAge" | "tests">>();

/** Returns the segment that another flag has compiled from the same text. */
export function sharedSegment(text: string): CompiledSegment | undefined {
  const test = tests.get(text);
  const traits = test && traitsOf.get(test);
  return traits && { test, traits: { ...newTraits(), ...traits } };
}

export function shareSegment(
  text: string,
  { test, traits: { readsRequest, readsAge, tests: count } }: CompiledSegment,
): void {
  traitsOf.set(test, { readsRequest, readsAge, tests: count });
  tests.add(text, test);
}

/** A segment that refers to more segments than this is not shared, because its text would be long. Its parts are. */
const MAX_REFERENCES = 8;

/**
 * Returns the text that determines what a segment means: its condition, and those of the segments that it refers to.
 * Returns `undefined` for a segment that refers to a flag, which may be another one in each document.
 */
export function segmentText(name: string, { segments = {} }: Compilation): string | undefined {
  const names = new Set([name]);
  const conditions: [string, Condition | undefined][] = [];
  for (const one of names) {
    const condition = Object.hasOwn(segments, one) ? segments[one] : undefined;
    if (condition !== undefined && !addSegments(condition, names)) return undefined;
    if (names.size > MAX_REFERENCES) return undefined;
    // The name of the segment itself makes no difference.
    conditions.push([one === name ? "" : one, condition]);
  }
  return JSON.stringify(conditions);
}

/** Adds the names of the segments that a condition refers to. Returns false if it refers to a flag. */
function addSegments(condition: Condition, names: Set<string>): boolean {
  if ("flag" in condition) return false;
  if ("segment" in condition) names.add(condition.segment);
  if ("not" in condition) return addSegments(condition.not, names);
  const parts = "all" in condition ? condition.all : "any" in condition ? condition.any : [];
  return parts.every((part) => addSegments(part, names));
}
