/** A ramp as people put it: one variant, from one share to another, over some days from a start. */
import type { Rollout } from "../../../../sdk/client/contract.ts";
import { exposureAt, servedShare } from "../../../../sdk/words/share-at.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { totalOf } from "./hash-space.ts";
import { type Ramp, spanOf } from "./ramp.ts";
import { rescale, splitEvenly, sumOf, type Weights } from "./weights.ts";

/** A rollout with a ramp. */
export type RampedRollout = Rollout & { ramp: Ramp };

/** The variant that subjects outside the shares get. `undefined` if it is no variant, or not only one. */
export type RestVariant = string | undefined;

const UNIT_MS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
export type Unit = keyof typeof UNIT_MS;
export const UNITS = Object.keys(UNIT_MS) as Unit[];

const NEW_DURATION_MS = 7 * UNIT_MS.days;

/** Returns the variant whose share the ramp changes, or `undefined` if it changes several shares by the same factor. */
export function targetOf({ weights }: Rollout): string | undefined {
  const served = weights.filter(([, weight]) => weight > 0);
  return served.length === 1 ? served[0]?.[0] : undefined;
}

/** Returns the shares at both ends of the ramp, out of 100,000: of everybody, or of each share if there are several. */
export function endsOf(rollout: RampedRollout): { from: number; to: number } {
  const { ramp } = rollout;
  if (targetOf(rollout) === undefined) return { from: ramp.from, to: ramp.to };
  return { from: shareOf(rollout, ramp.from), to: shareOf(rollout, ramp.to) };
}

/** Returns the share of everybody that a rollout serves at an exposure of its shares, both out of 100,000. */
export function shareOf(rollout: Rollout, exposure: number): number {
  return servedShare(rescale(sumOf(rollout.weights), totalOf(rollout), WEIGHT_TOTAL), exposure);
}

/** Returns the rollout with other shares at the ends of its ramp. The variant has its buckets from 0 on, as before. */
export function withEnds(rollout: RampedRollout, ends: { from: number; to: number }): RampedRollout {
  const target = targetOf(rollout);
  const ramp = { ...rollout.ramp, ...ends };
  return target === undefined ? { ...rollout, ramp } : { ...rollout, weights: [[target, totalOf(rollout)]], ramp };
}

/** Returns the rollout with a ramp of another variant, or of all variants alike, between the same shares. */
export function withTarget(
  rollout: RampedRollout,
  target: string | undefined,
  variants: readonly string[],
): RampedRollout {
  const total = totalOf(rollout);
  const weights: Weights =
    target === undefined
      ? splitEvenly(
          variants.map((name) => [name, 0]),
          total,
        )
      : [[target, total]];
  return { ...rollout, weights, ramp: { ...rollout.ramp, ...endsOf(rollout) } };
}

/**
 * Returns the rollout with a new ramp that begins now with the shares of now. It raises the variant that the rest does
 * not get. If there are several of these, it keeps their shares until the person says how they change.
 */
export function newRamp(rollout: Rollout, variants: readonly string[], rest: RestVariant, now: number): RampedRollout {
  const { weights } = rollout;
  const total = totalOf(rollout);
  const startAt = instantText(now);
  const endAt = instantText(now + NEW_DURATION_MS);
  const others = weights.filter(([name, weight]) => weight > 0 && name !== rest);
  if (others.length > 1) return { ...rollout, ramp: { from: WEIGHT_TOTAL, to: WEIGHT_TOTAL, startAt, endAt } };
  const target = others[0]?.[0] ?? variants.find((name) => name !== rest) ?? variants[0] ?? "";
  const from = rescale(others[0]?.[1] ?? 0, total, WEIGHT_TOTAL);
  return { ...rollout, weights: [[target, total]], ramp: { from, to: WEIGHT_TOTAL, startAt, endAt } };
}

/** Whether the first subjects of a ramp of this variant are those that the rollout gives the variant already. */
export function keepsSubjects({ weights }: Rollout, target: string): boolean {
  const [first] = weights.filter(([, weight]) => weight > 0);
  return first?.[0] === target || weights.every(([name, weight]) => name !== target || weight === 0);
}

/** The time that a ramp takes, in the largest unit in which it is a whole number. */
export interface Duration {
  count: number;
  unit: Unit;
}

/** Returns the time that a ramp takes, or `undefined` if it does not end after its start. */
export function durationOf(ramp: Ramp): Duration | undefined {
  const span = spanOf(ramp);
  if (span === undefined) return undefined;
  const ms = span.end - span.start;
  const unit = UNITS.toReversed().find((one) => ms % UNIT_MS[one] === 0) ?? "minutes";
  return { count: Number((ms / UNIT_MS[unit]).toFixed(3)), unit };
}

export function withDuration(ramp: Ramp, { count, unit }: Duration): Ramp {
  return { ...ramp, endAt: instantText(Date.parse(ramp.startAt) + count * UNIT_MS[unit]) };
}

/** Returns the ramp with another start. It takes as long as before. */
export function withStart(ramp: Ramp, startAt: string): Ramp {
  const span = spanOf(ramp);
  const ms = span === undefined ? NEW_DURATION_MS : span.end - span.start;
  const start = Date.parse(startAt);
  return { ...ramp, startAt, endAt: Number.isNaN(start) ? ramp.endAt : instantText(start + ms) };
}

export type RampState = "waiting" | "moving" | "over";

export function rampStateOf(ramp: Ramp, now: number): RampState {
  const span = spanOf(ramp);
  if (span === undefined || now < span.start) return "waiting";
  return now < span.end ? "moving" : "over";
}

/** Returns the rollout whose ramp rests at the share of now until an instant, and then takes the time it had left. */
export function pausedUntil(rollout: RampedRollout, now: number, until: number): RampedRollout {
  const { ramp } = rollout;
  const span = spanOf(ramp);
  if (span === undefined) return rollout;
  const left = span.end - Math.max(now, span.start);
  const { exposure } = exposureAt(ramp, now);
  return {
    ...rollout,
    ramp: { ...ramp, from: exposure, startAt: instantText(until), endAt: instantText(until + left) },
  };
}

/**
 * Returns the rollout with the shares that its ramp serves at an exposure, for good. Everybody keeps their variant.
 * With several shares, or if the rest is not a variant, the result is a ramp that no longer moves.
 */
export function stopAt(
  rollout: RampedRollout,
  exposure: number,
  { isDefault, rest }: { isDefault: boolean; rest: RestVariant },
): Rollout {
  const { ramp, ...without } = rollout;
  const total = totalOf(rollout);
  const target = targetOf(rollout);
  const whole = sumOf(rollout.weights);
  if (exposure === WEIGHT_TOTAL && (!isDefault || whole === total)) return without;
  if (target === undefined || (isDefault && rest === undefined)) {
    return { ...rollout, ramp: { ...ramp, from: exposure, to: exposure } };
  }
  if (!isDefault) return { ...without, weights: [[target, servedShare(whole, exposure)]] };
  if (rest === target || rest === undefined) return { ...without, weights: [[target, total]] };
  const share = servedShare(whole, exposure);
  return {
    ...without,
    weights: [
      [target, share],
      [rest, total - share],
    ],
  };
}

/** Returns an instant in whole seconds. */
export function instantText(at: number): string {
  return new Date(Math.floor(at / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
