/** The shares that a rollout serves at an instant. */
import type { Rollout } from "../client/contract.ts";
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";

type Ramp = NonNullable<Rollout["ramp"]>;

/** A ramp that changes shares at the instant. */
export interface Moving {
  /** The exposure at its end, out of 100,000. */
  to: number;
  /** Milliseconds since the epoch. */
  endAt: number;
}

/** Returns the exposure of each share at an instant, out of 100,000. Without a ramp it is the whole. */
export function exposureAt(ramp: Ramp | undefined, at: number): { exposure: number; moving?: Moving } {
  if (ramp === undefined) return { exposure: WEIGHT_TOTAL };
  const { from, to } = ramp;
  const [start, end] = [parseInstant(ramp.startAt), parseInstant(ramp.endAt)];
  // A draft can have a ramp that ends before it starts. It counts as one that has ended.
  if (at >= end || !(start < end)) return { exposure: to };
  if (at < start) return { exposure: from };
  const exposure = Math.floor(from + ((to - from) * (at - start)) / (end - start));
  return from === to ? { exposure } : { exposure, moving: { to, endAt: end } };
}

/** Returns the part of a weight that is served at an exposure. */
export function servedShare(weight: number, exposure: number): number {
  return Math.floor((weight * exposure) / WEIGHT_TOTAL);
}
