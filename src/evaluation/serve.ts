import { WEIGHT_TOTAL, type Rollout, type Serve } from "../flags/document.ts";
import { compileBucketing, NO_KEY } from "./bucketing.ts";
import { CompileError } from "./compile-error.ts";
import { parseInstant } from "../flags/formats/instant.ts";
import type { Scope } from "./scope.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** Nothing is served here: go on with the next rule, or with the flag's default. */
export const NEXT_RULE = undefined;
export const THE_DEFAULT = null;
export type Served = Resolution | typeof NEXT_RULE | typeof THE_DEFAULT;

export type Server = (input: EvaluationInput) => Served;

export interface CompiledServe {
  serve: Server;
  /** For explanations: the subject's bucket; absent when there is none. */
  bucket?: (input: EvaluationInput) => number;
  /** For explanations: the served share of each range, out of 100,000. */
  exposure?: (now: number) => number;
}

/** Makes the resolutions of one rule, or of the default; each is asked for once. */
export interface ResolutionMaker {
  variant(name: string): Resolution;
  split(name: string): Resolution;
}

export function compileServe(serve: Serve, make: ResolutionMaker, scope: Scope): CompiledServe {
  if ("variant" in serve) {
    const resolution = make.variant(serve.variant);
    return { serve: () => resolution };
  }
  if ("draw" in serve) {
    scope.traits.isRandom = true;
    const { ends, resolutions } = cumulate(serve.draw.weights, make);
    return {
      serve: (input) => pick(Math.floor(input.random() * WEIGHT_TOTAL), ends, resolutions) ?? NEXT_RULE,
    };
  }
  if ("rollout" in serve) return compileRollout(serve.rollout, make, scope);
  throw new CompileError("serve names a variant, a rollout or a draw");
}

function compileRollout(rollout: Rollout, make: ResolutionMaker, scope: Scope): CompiledServe {
  const { bucket, readsRequest, keyLabel } = compileBucketing(rollout.by, rollout.salt, rollout.hash);
  scope.traits.readsRequest ||= readsRequest;
  const { ends, resolutions } = cumulate(rollout.weights, make);
  const onMiss: Served = rollout.onMiss === "default" ? THE_DEFAULT : NEXT_RULE;
  const withoutKey = missingKey(rollout, keyLabel);

  if (rollout.ramp === undefined) {
    return {
      bucket,
      serve: (input) => {
        const at = bucket(input);
        if (at === NO_KEY) return withoutKey;
        for (let i = 0; i < ends.length; i++) {
          if (at < (ends[i] as number)) return resolutions[i];
        }
        return onMiss;
      },
    };
  }

  const exposure = compileRamp(rollout.ramp, scope);
  return {
    bucket,
    exposure,
    serve: (input) => {
      const at = bucket(input);
      if (at === NO_KEY) return withoutKey;
      const share = exposure(input.now);
      let start = 0;
      for (let i = 0; i < ends.length; i++) {
        const end = ends[i] as number;
        // The front of each range is served first, so a growing share only adds subjects.
        if (at < end) return at < start + Math.floor(((end - start) * share) / WEIGHT_TOTAL) ? resolutions[i] : onMiss;
        start = end;
      }
      return onMiss;
    },
  };
}

function missingKey(rollout: Rollout, keyLabel: string): Served {
  if (rollout.onMissingKey === "default") return THE_DEFAULT;
  if (rollout.onMissingKey !== "error") return NEXT_RULE;
  return Object.freeze({
    reason: "ERROR",
    errorCode: "TARGETING_KEY_MISSING",
    errorDetails: `${keyLabel} is required`,
  });
}

/** Exposure at an instant: an integer out of 100,000. */
function compileRamp(ramp: NonNullable<Rollout["ramp"]>, scope: Scope): (now: number) => number {
  const { from, to } = ramp;
  const start = parseInstant(ramp.startAt);
  const end = parseInstant(ramp.endAt);
  if (!(start < end) || !isShare(from) || !isShare(to))
    throw new CompileError("a ramp needs from, to, startAt < endAt");
  if (from !== to) scope.traits.ramps.add({ start, end });
  return (now) => {
    if (now < start) return from;
    if (now >= end) return to;
    return Math.floor(from + ((to - from) * (now - start)) / (end - start));
  };
}

/** Ends of the cumulative ranges, in the order of the weights. */
function cumulate(weights: [string, number][], make: ResolutionMaker): { ends: number[]; resolutions: Resolution[] } {
  let end = 0;
  const ends: number[] = [];
  const resolutions: Resolution[] = [];
  for (const [variant, weight] of weights) {
    if (!isShare(weight)) throw new CompileError("weights are integers from 0 to 100000");
    end += weight;
    ends.push(end);
    resolutions.push(make.split(variant));
  }
  if (end > WEIGHT_TOTAL) throw new CompileError("weights sum to more than 100000");
  return { ends, resolutions };
}

function pick(at: number, ends: number[], resolutions: Resolution[]): Resolution | undefined {
  for (let i = 0; i < ends.length; i++) {
    if (at < (ends[i] as number)) return resolutions[i];
  }
  return undefined;
}

function isShare(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= WEIGHT_TOTAL;
}
