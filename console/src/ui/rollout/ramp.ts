/** The shares of a ramp over time, for its plot. */
import type { Rollout } from "../../../../sdk/client/contract.ts";
import { exposureAt, servedShare } from "../../../../sdk/words/share-at.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import type { Weights } from "./weights.ts";

export type Ramp = NonNullable<Rollout["ramp"]>;

/** Milliseconds since the epoch. */
export interface Span {
  start: number;
  end: number;
}

/** Returns `undefined` unless the ramp starts before it ends. */
export function spanOf({ startAt, endAt }: Ramp): Span | undefined {
  const [start, end] = [parseInstant(startAt), parseInstant(endAt)];
  return start < end ? { start, end } : undefined;
}

export interface Band {
  variant: string;
  /** Corners of the variant's area. `x` and `y` are between 0 and 1; `y` points up. */
  corners: { x: number; y: number }[];
}

/** Returns the shares of the variants, stacked, from a little before the ramp to a little after it. */
export function bandsOf(weights: Weights, ramp: Ramp, span: Span): Band[] {
  const times = shownTimes(span);
  let below = times.map(() => 0);
  return weights.map(([variant, weight]) => {
    const above = times.map(({ at }, i) => (below[i] ?? 0) + servedShare(weight, exposureAt(ramp, at).exposure));
    const corner = (sum: number, i: number) => ({ x: times[i]?.x ?? 0, y: sum / WEIGHT_TOTAL });
    const corners = [...below.map(corner), ...above.map(corner).toReversed()];
    below = above;
    return { variant, corners };
  });
}

/** Returns the place of an instant in the plot, between 0 and 1, or `undefined` if it is outside the plot. */
export function placeOf(at: number, span: Span): number | undefined {
  const margin = (span.end - span.start) * MARGIN;
  const x = (at - span.start + margin) / (span.end - span.start + 2 * margin);
  return x >= 0 && x <= 1 ? x : undefined;
}

/** The time shown before and after the ramp, as a part of its length. */
const MARGIN = 0.12;

function shownTimes(span: Span): { at: number; x: number }[] {
  const margin = (span.end - span.start) * MARGIN;
  return [span.start - margin, span.start, span.end, span.end + margin].map((at, i) => ({
    at,
    x: i === 0 ? 0 : i === 3 ? 1 : (placeOf(at, span) ?? 0),
  }));
}
