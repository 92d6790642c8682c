import type { FlagConfiguration, Rollout, Rule, Serve } from "../../../src/flags/document.ts";
import { parseInstant } from "../../../src/flags/formats/instant.ts";
import { quoted } from "./attribute.ts";
import { fractionIn, spaceOf } from "./bucketing.ts";
import { and, branch, type Logic } from "./logic.ts";
import { choose, type Outcome, split } from "./outcome.ts";
import type { Refusals } from "./refusals.ts";

/** Returns when a condition of the flag holds. */
export type HoldsOf = (condition: NonNullable<Rule["when"]>, place: string) => Logic;

/** Returns the outcome of the rules and the default, without the prerequisites. */
export function rulesOutcome(configuration: FlagConfiguration, holdsOf: HoldsOf, refusals: Refusals): Outcome {
  const off: Outcome = { variant: configuration.offVariant };
  const rules = configuration.rules.map((rule, i) => {
    const place = `/rules/${i}`;
    const active = activeTimes(rule, place, refusals);
    const when = rule.when === undefined ? true : holdsOf(rule.when, `${place}/when`);
    return { when: and(active, when), serve: rule.serve, place: `${place}/serve` };
  });
  const { outcome: fallback } = serveOutcome(configuration.default, "/default", { next: off, fallback: off }, refusals);
  const served = rules.map(({ when, serve, place }) => {
    const { reaches, outcome } = serveOutcome(serve, place, { next: undefined, fallback }, refusals);
    return { when: and(when, reaches), outcome };
  });
  return served.reduceRight((rest: Outcome, { when, outcome }) => choose(when, outcome, rest), fallback);
}

/** flagd's time has whole seconds. */
function activeTimes({ from, until, during }: Rule, place: string, refusals: Refusals): Logic {
  const seconds = (instant: string, field: string): number => {
    const ms = parseInstant(instant);
    if (ms % 1000 !== 0) refusals.add(`${place}/${field}`, `flagd's time has whole seconds, unlike ${quoted(instant)}`);
    return ms / 1000;
  };
  if (during !== undefined) refusals.add(`${place}/during`, "flagd does not have windows that recur");
  const now = { var: "$flagd.timestamp" };
  return and(
    from === undefined || { ">=": [now, seconds(from, "from")] },
    until === undefined || { "<": [now, seconds(until, "until")] },
  );
}

/** The outcomes of those whom a rollout does not reach. */
interface Misses {
  /** `undefined` if another rule follows. */
  next: Outcome | undefined;
  fallback: Outcome;
}

interface Served {
  /** True unless evaluation continues with the next rule. */
  reaches: Logic;
  outcome: Outcome;
}

function serveOutcome(serve: Serve, place: string, misses: Misses, refusals: Refusals): Served {
  if ("variant" in serve) return { reaches: true, outcome: { variant: serve.variant } };
  if ("error" in serve) {
    if (serve.error !== "GENERAL")
      refusals.add(`${place}/error`, `flagd cannot serve the error ${quoted(serve.error)}, only "GENERAL"`);
    return { reaches: true, outcome: { error: true } };
  }
  if ("draw" in serve) {
    refusals.add(`${place}/draw`, "flagd does not draw at random");
    return { reaches: true, outcome: { variant: null } };
  }
  return rolloutOutcome(serve.rollout, `${place}/rollout`, misses, refusals);
}

function rolloutOutcome(rollout: Rollout, place: string, { next, fallback }: Misses, refusals: Refusals): Served {
  const { weights, ramp, onMiss = "next", onMissingKey = "skip" } = rollout;
  if (ramp !== undefined) refusals.add(`${place}/ramp`, "flagd does not have shares that change with time");
  if (onMissingKey === "error" || onMissingKey === "random")
    refusals.add(`${place}/onMissingKey`, `flagd has nothing like ${quoted(onMissingKey)} for a missing key`);
  const { sources, total } = spaceOf(rollout, place, refusals);
  const sum = weights.reduce((all, [, weight]) => all + weight, 0);
  const isReached = (text: Logic): Logic => fractionIn(text, total, [[0, sum]]);
  const misses = onMiss === "next" ? next : fallback;
  const without = onMissingKey === "skip" ? next : fallback;
  const outcomeFor = (text: Logic): Outcome => {
    const parts = split(text, total, weights);
    return misses === undefined ? parts : choose(isReached(text), parts, misses);
  };
  const reaches = sources.reduceRight(
    (rest: Logic, { isKey, text }) => branch(isKey, misses === undefined ? isReached(text) : true, rest),
    without !== undefined,
  );
  let outcome = without;
  for (const { isKey, text } of sources.toReversed())
    outcome = outcome === undefined ? outcomeFor(text) : choose(isKey, outcomeFor(text), outcome);
  return { reaches, outcome: outcome ?? fallback };
}
