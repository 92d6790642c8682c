import { type AttributePath, type BucketCondition, NATIVE_SCHEME, WEIGHT_TOTAL } from "../../../src/flags/document.ts";
import { isNumber, isText } from "../../import/systems/flagd/guards.ts";
import { attributeOf, isTargetingKey, quoted } from "./attribute.ts";
import { and, branch, type Logic, or } from "./logic.ts";
import type { Refusals } from "./refusals.ts";

/** One of the attributes that can give a subject its bucket. */
export interface KeySource {
  /** True if the attribute can be hashed. */
  isKey: Logic;
  /** The text that `fractional` hashes. */
  text: Logic;
}

/** The parts of a rollout or a bucket condition that determine the bucket. */
export interface Space {
  /** The first one that is a key counts. */
  sources: KeySource[];
  total: number;
}

/** flagd's largest sum of weights. */
const MAX_TOTAL = 2 ** 31 - 1;
const NOT_ASCII = /[^\0-\x7F]/;
/** The schemes that `fractional` has. Both hash the salt and the value; they differ for text outside ASCII. */
const OWN_SCHEMES: readonly string[] = ["flagd-2", "flagd-utf-16-2"];

/** Returns the bucket space, or refuses one that `fractional` does not have. */
export function spaceOf(
  { by, salt, hash, total = WEIGHT_TOTAL }: Omit<BucketCondition["bucket"], "ranges">,
  place: string,
  refusals: Refusals,
): Space {
  const isNative = hash === NATIVE_SCHEME;
  if (!isNative && !OWN_SCHEMES.includes(hash))
    refusals.add(`${place}/hash`, `flagd's "fractional" does not give the buckets of ${quoted(hash)}`);
  if (total > MAX_TOTAL) refusals.add(`${place}/total`, `flagd's weights sum to at most ${MAX_TOTAL}`);
  if (NOT_ASCII.test(salt))
    refusals.add(`${place}/salt`, "the buckets of a salt outside ASCII are not the same in all languages of flagd");
  // flagd in Go removes white space around the text that it joins.
  if (salt.trimStart() !== salt) refusals.add(`${place}/salt`, "flagd can drop the white space that begins a salt");
  const prefix = isNative ? `${salt}:` : salt;
  const sources = by.flatMap((path, i) => keySources(path, prefix, `${place}/by/${i}`, refusals));
  return { sources, total };
}

function keySources(path: AttributePath, prefix: string, place: string, refusals: Refusals): KeySource[] {
  const { read } = attributeOf(path, place, refusals);
  if (prefix === "") return [{ isKey: isText(read), text: read }];
  const isFilled = and(isText(read), { "!==": [read, ""] });
  const text = { cat: [prefix, read] };
  if (isTargetingKey(path)) return [{ isKey: isFilled, text }];
  // flagd in Go cannot join texts and booleans.
  const booleans = [true, false].map((value) => ({ isKey: { "===": [read, value] }, text: `${prefix}${value}` }));
  return [{ isKey: or(isFilled, isNumber(read)), text }, ...booleans];
}

/** Returns whether the bucket is in one of the ranges. It is `without` for a subject without a key. */
export function isInRanges(space: Space, ranges: readonly (readonly [number, number])[], without: boolean): Logic {
  return space.sources.reduceRight(
    (rest: Logic, { isKey, text }) => branch(isKey, fractionIn(text, space.total, ranges), rest),
    without,
  );
}

/** Every text but the empty one counts as true. */
const INSIDE = "in";
const OUTSIDE = "";

export function fractionIn(text: Logic, total: number, ranges: readonly (readonly [number, number])[]): Logic {
  const entries: [string, number][] = [];
  let end = 0;
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    if (to <= end) continue;
    if (from > end) entries.push([OUTSIDE, from - end]);
    entries.push([INSIDE, to - Math.max(from, end)]);
    end = to;
  }
  if (end < total) entries.push([OUTSIDE, total - end]);
  const [only] = entries;
  return entries.length === 1 && only !== undefined ? only[0] === INSIDE : { fractional: [text, ...entries] };
}
