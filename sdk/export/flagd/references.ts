import type { Condition, FlagConfiguration } from "../../../src/flags/document.ts";
import { quoted } from "./attribute.ts";
import { isInRanges, spaceOf } from "./bucketing.ts";
import { leafTruth } from "./leaf.ts";
import { allOf, and, anyOf, type Logic, opposite, sure, type Truth } from "./logic.ts";
import { choose, isOneOf, type Outcome } from "./outcome.ts";
import { Refusals } from "./refusals.ts";
import { rulesOutcome } from "./rules.ts";

/** A flag or segment, and why it cannot be exported. */
interface Exported<T> {
  result: T;
  refusals: Refusals;
}

/** The flags and segments of one environment, each lowered once. */
export class References {
  readonly #flags: ReadonlyMap<string, FlagConfiguration>;
  readonly #segments: ReadonlyMap<string, { condition: Condition }>;
  readonly #outcomes = new Map<string, Exported<Outcome>>();
  readonly #truths = new Map<string, Exported<Truth>>();
  /** The flags and segments that are being lowered. */
  readonly #open = new Set<string>();
  /** The segments that flags refer to by name. */
  readonly #shared = new Set<string>();

  constructor(
    flags: ReadonlyMap<string, FlagConfiguration>,
    segments: ReadonlyMap<string, { condition: Condition }>,
    isShareable: (key: string, holds: Logic) => boolean,
  ) {
    this.#flags = flags;
    this.#segments = segments;
    // Segments have the conditions of others written out, because flagd replaces references in no certain order.
    const shared = [...segments.keys()].filter((key) => {
      const { result, refusals } = this.segment(key);
      return refusals.all.length === 0 && isShareable(key, result.holds);
    });
    for (const key of shared) this.#shared.add(key);
  }

  get shared(): ReadonlySet<string> {
    return this.#shared;
  }

  segment(key: string): Exported<Truth> {
    return this.#once(this.#truths, key, `segment ${key}`, (refusals) => {
      const segment = this.#segments.get(key);
      return segment === undefined ? sure(false) : this.#truth(segment.condition, "/condition", refusals);
    });
  }

  /** Returns the outcome of a flag that is enabled or serves an off variant. */
  flag(key: string): Exported<Outcome> {
    return this.#once(this.#outcomes, key, `flag ${key}`, (refusals) => {
      const flag = this.#flags.get(key);
      if (flag === undefined) return { variant: null };
      const off: Outcome = { variant: flag.offVariant };
      if (!flag.enabled) return off;
      const met = flag.prerequisites.map(({ flag: other, variants }, i) =>
        this.#serves(other, variants, `/prerequisites/${i}/flag`, refusals),
      );
      const holdsOf = (when: Condition, place: string): Logic => this.#truth(when, place, refusals).holds;
      return choose(and(...met), rulesOutcome(flag, holdsOf, refusals), off);
    });
  }

  #once<T>(known: Map<string, Exported<T>>, key: string, name: string, lower: (refusals: Refusals) => T): Exported<T> {
    const before = known.get(key);
    if (before !== undefined) return before;
    this.#open.add(name);
    const refusals = new Refusals();
    const exported = { result: lower(refusals), refusals };
    this.#open.delete(name);
    known.set(key, exported);
    return exported;
  }

  #truth(condition: Condition, place: string, refusals: Refusals): Truth {
    if ("all" in condition)
      return allOf(condition.all.map((one, i) => this.#truth(one, `${place}/all/${i}`, refusals)));
    if ("any" in condition)
      return anyOf(condition.any.map((one, i) => this.#truth(one, `${place}/any/${i}`, refusals)));
    if ("not" in condition) return opposite(this.#truth(condition.not, `${place}/not`, refusals));
    if ("segment" in condition) return this.#inSegment(condition.segment, `${place}/segment`, refusals);
    if ("flag" in condition) return sure(this.#serves(condition.flag, condition.variants, `${place}/flag`, refusals));
    if ("bucket" in condition) {
      const space = spaceOf(condition.bucket, `${place}/bucket`, refusals);
      return sure(isInRanges(space, condition.bucket.ranges, false));
    }
    return leafTruth(condition, place, refusals);
  }

  #inSegment(key: string, place: string, refusals: Refusals): Truth {
    if (!this.#isUsable("segment", key, this.#segments.has(key), place, refusals)) return sure(false);
    const { result, refusals: own } = this.segment(key);
    if (own.all.length > 0) refusals.add(place, `segment ${quoted(key)} cannot be exported`);
    return this.#shared.has(key) ? { holds: { $ref: key }, fails: result.fails } : result;
  }

  #serves(key: string, variants: readonly string[], place: string, refusals: Refusals): Logic {
    if (!this.#isUsable("flag", key, this.#flags.has(key), place, refusals)) return false;
    const { result, refusals: own } = this.flag(key);
    if (own.all.length > 0) refusals.add(place, `flag ${quoted(key)} cannot be exported`);
    return isOneOf(result, variants);
  }

  #isUsable(kind: string, key: string, isThere: boolean, place: string, refusals: Refusals): boolean {
    if (!isThere) return refusals.add(place, `${kind} ${quoted(key)} does not exist`);
    if (this.#open.has(`${kind} ${key}`)) return refusals.add(place, `${kind} ${quoted(key)} refers to itself`);
    return true;
  }
}
