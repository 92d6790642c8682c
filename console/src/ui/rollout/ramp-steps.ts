/** A ramp in steps: the same way from one share to another, but the share rests between a few points. */
import type { Rollout, Rule } from "../../../../sdk/client/contract.ts";
import { exposureAt } from "../../../../sdk/words/share-at.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { freeName } from "../../state/flags/flag-draft.ts";
import { totalOf } from "./hash-space.ts";
import { spanOf } from "./ramp.ts";
import { endsOf, instantText, type RampedRollout, shareOf, targetOf } from "./ramp-form.ts";
import { rescale } from "./weights.ts";

/** The shares at which people usually wait, out of 100,000. */
const USUAL_SHARES = [5000, 25_000, 50_000];

/** A rollout with one share, and the time for which it holds: always, if neither end is given. */
export interface Step {
  from?: string;
  until?: string;
  rollout: Rollout;
}

/** A ramp that has moved less than this, out of 100,000, has just begun: its steps are those of a new one. */
const JUST_BEGUN = 1000;

/**
 * Returns the steps of a ramp: its share before the start, the usual shares at equal times, and its last share from the
 * end on. A ramp under way first rests at its share of now. Steps that serve nobody are left out. `undefined` if the
 * ramp moves several variants, has no valid time, or is over.
 */
export function stepsOf(rollout: RampedRollout, now: number): Step[] | undefined {
  const target = targetOf(rollout);
  const span = spanOf(rollout.ramp);
  if (target === undefined || span === undefined || now >= span.end) return undefined;
  const { from, to } = endsOf(rollout);
  const current = shareOf(rollout, exposureAt(rollout.ramp, now).exposure);
  const isUnderWay = Math.abs(current - from) > JUST_BEGUN;
  const [low, high] = [Math.min(current, to), Math.max(current, to)];
  const between = USUAL_SHARES.filter((share) => share > low && share < high);
  const ahead = [...(current < to ? between : between.toReversed()), to];
  const shares = isUnderWay ? [current, ...ahead] : ahead;
  const start = isUnderWay ? now : span.start;
  const pause = (span.end - start) / Math.max(1, shares.length - 1);
  const instants = shares.map((_, i) => instantText(start + i * pause));
  const { ramp: _, ...without } = rollout;
  const steps = shares.map((share, i) => ({ share, from: instants[i], until: instants[i + 1] }));
  const before = { share: isUnderWay ? 0 : from, from: undefined, until: instants[0] };
  return [before, ...steps]
    .filter(({ share }) => share > 0)
    .map(({ share, from: begin, until }) => ({
      ...(begin !== undefined && { from: begin }),
      ...(until !== undefined && { until }),
      rollout: { ...without, weights: [[target, rescale(share, WEIGHT_TOTAL, totalOf(rollout))]] },
    }));
}

/** Returns one rule for each step. The last one keeps the rule's id, and `taken` are the ids of the flag's rules. */
export function rulesOfSteps(rule: Rule, steps: readonly Step[], taken: readonly string[]): Rule[] {
  const ids = [...taken];
  return steps.map(({ from, until, rollout }, i) => {
    const id = i === steps.length - 1 ? rule.id : freeName(`${rule.id}-step`, ids);
    ids.push(id);
    return { ...rule, id, from, until, serve: { rollout } };
  });
}
