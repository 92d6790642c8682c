import {
  NATIVE_SCHEME,
  SERVED_ERRORS,
  WEIGHT_TOTAL,
  type Rollout,
  type Serve,
  type ServedError,
} from "../flags/document.ts";
import { type Bucketing, compileBranch, compileBucketing, isShare } from "./bucketing.ts";
import { CompileError } from "./compile-error.ts";
import { drawAt, placeOf } from "./draw.ts";
import { NO_BUCKET } from "./hashing/no-bucket.ts";
import { parseInstant } from "../flags/formats/instant.ts";
import type { Compilation } from "./compilation.ts";
import type { EvaluationInput, Resolution } from "./types.ts";

/** The two results that serve nothing: evaluation continues with the next rule, or with the flag's default. */
export const NEXT_RULE = undefined;
export const THE_DEFAULT = null;
export type ServeResult = Resolution | typeof NEXT_RULE | typeof THE_DEFAULT;

export type ServeFunction = (input: EvaluationInput) => ServeResult;

export interface CompiledServe {
  serve: ServeFunction;
  /** The resolution of a serve that always has the same one. */
  constant?: Resolution;
  /** Returns the subject's bucket, for explanations. Only a rollout has one. */
  bucket?: (input: EvaluationInput) => number;
  /** The size of the bucket space, unless it is 100,000. */
  total?: number;
  /** Returns the number that was drawn in this request, for explanations: of a draw, or in place of a bucket. */
  draw?: (input: EvaluationInput) => number;
  /** Returns the served share of each range, out of 100,000, for explanations. Only a ramp has one. */
  exposure?: (now: number) => number;
}

/** Creates the resolutions of one rule or of the default while they are compiled. */
export interface ResolutionMaker {
  /** Creates the resolution of a variant; of the caller's default if the name is `null`. */
  variant(name: string | null): Resolution;
  split(name: string): Resolution;
}

/**
 * Compiles the serve of a rule, or of the default if `ruleId` is undefined. `off` takes the place of both results that
 * serve nothing.
 */
export function compileServe(
  serve: Serve,
  ruleId: string | undefined,
  make: ResolutionMaker,
  compilation: Compilation,
  off?: Resolution,
): CompiledServe {
  if ("variant" in serve) {
    const resolution = make.variant(serve.variant);
    return { constant: resolution, serve: always(resolution) };
  }
  if ("error" in serve) {
    const resolution = errorOf(serve.error, ruleId);
    return { constant: resolution, serve: always(resolution) };
  }
  if ("draw" in serve) {
    compilation.traits.isRandom = true;
    const { ends, resolutions } = cumulate(serve.draw.weights, WEIGHT_TOTAL, make);
    const place = placeOf(compilation.flag, ruleId);
    return {
      draw: (input) => drawAt(place, input),
      serve: (input) => pick(drawAt(place, input), ends, resolutions) ?? off,
    };
  }
  if ("rollout" in serve) return compileRollout(serve.rollout, ruleId, make, compilation, off);
  throw new CompileError("serve must have a variant, an error, a rollout or a draw");
}

function always(resolution: Resolution): ServeFunction {
  return () => resolution;
}

function errorOf(errorCode: ServedError, ruleId: string | undefined): Resolution {
  if (!SERVED_ERRORS.includes(errorCode)) throw new CompileError(`unknown error ${JSON.stringify(errorCode)}`);
  const place = ruleId === undefined ? "the default" : `rule ${JSON.stringify(ruleId)}`;
  return Object.freeze({ reason: "ERROR", errorCode, errorDetails: `${place} of the flag serves this error` });
}

function compileRollout(
  rollout: Rollout,
  ruleId: string | undefined,
  make: ResolutionMaker,
  compilation: Compilation,
  off: Resolution | undefined,
): CompiledServe {
  const orOff = (result: ServeResult): ServeResult => result ?? off ?? result;
  const { bucket: hashed, total, readsRequest, byLabel } = compileBucketing(rollout);
  compilation.traits.readsRequest ||= readsRequest;
  const split: Split = {
    ...cumulate(rollout.weights, total, make),
    onMiss: orOff(rollout.onMiss === "default" ? THE_DEFAULT : NEXT_RULE),
    onMissingKey: orOff(resultWithoutBucket(rollout, byLabel)),
  };
  const draw = rollout.onMissingKey === "random" ? compileDraw(total, ruleId, compilation) : undefined;
  const bucket = draw === undefined ? hashed : bucketOrDraw(hashed, draw);
  const exposure = rollout.ramp && compileRamp(rollout.ramp, compilation);
  const compiled: CompiledServe = { bucket: hashed, serve: compileSplit(rollout, split, bucket, exposure) };
  if (total !== WEIGHT_TOTAL) compiled.total = total;
  if (draw !== undefined) compiled.draw = draw;
  if (exposure !== undefined) compiled.exposure = exposure;
  return compiled;
}

function compileSplit(rollout: Rollout, split: Split, bucket: Bucketing, exposure: CompiledServe["exposure"]) {
  if (exposure !== undefined) return serveRamp(bucket, split, exposure);
  if (split.ends.length > 2) return serveMany(bucket, split);
  return serveBranch(rollout, split) ?? serveTwo(bucket, split);
}

/** Compiles the bucket that a subject without a key draws. */
function compileDraw(total: number, ruleId: string | undefined, compilation: Compilation): Bucketing {
  compilation.traits.isRandom = true;
  const place = placeOf(compilation.flag, ruleId);
  return (input) => drawAt(place, input, total);
}

function bucketOrDraw(bucket: Bucketing, draw: Bucketing): Bucketing {
  return (input) => {
    const at = bucket(input);
    return at === NO_BUCKET ? draw(input) : at;
  };
}

/** Compiles a split by `targetingKey` at one bucket. Returns `undefined` for any other. */
function serveBranch({ by, hash, salt, onMissingKey }: Rollout, split: Split): ServeFunction | undefined {
  if (hash !== NATIVE_SCHEME || onMissingKey === "random") return undefined;
  const [end = 0, secondEnd] = split.ends;
  const isWhole = secondEnd === undefined || secondEnd === WEIGHT_TOTAL;
  if (by.length > 1 || by[0] !== "targetingKey" || !isWhole || end === 0 || end === WEIGHT_TOTAL) return undefined;
  const [below, second] = split.resolutions;
  return compileBranch(salt, { end, below, above: second ?? split.onMiss, missing: split.onMissingKey });
}

/** The results by bucket. */
interface Split {
  /** The end of each variant's range. */
  ends: readonly number[];
  resolutions: readonly Resolution[];
  onMiss: ServeResult;
  onMissingKey: ServeResult;
}

/** Compiles a split of one or two ranges, which takes less memory without the lists. */
function serveTwo(bucket: Bucketing, split: Split): ServeFunction {
  const { onMiss, onMissingKey } = split;
  const [firstEnd = 0, secondEnd = firstEnd] = split.ends;
  const [first, second] = split.resolutions;
  return (input) => {
    const at = bucket(input);
    if (at === NO_BUCKET) return onMissingKey;
    return at < firstEnd ? first : at < secondEnd ? second : onMiss;
  };
}

function serveMany(bucket: Bucketing, { ends, resolutions, onMiss, onMissingKey }: Split): ServeFunction {
  return (input) => {
    const at = bucket(input);
    if (at === NO_BUCKET) return onMissingKey;
    for (let i = 0; i < ends.length; i++) {
      if (at < (ends[i] as number)) return resolutions[i];
    }
    return onMiss;
  };
}

function serveRamp(
  bucket: Bucketing,
  { ends, resolutions, onMiss, onMissingKey }: Split,
  exposure: (now: number) => number,
): ServeFunction {
  return (input) => {
    const at = bucket(input);
    if (at === NO_BUCKET) return onMissingKey;
    const share = exposure(input.now);
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number;
      // Serving the front of each range means that a growing share only adds subjects.
      if (at < end) return at < start + Math.floor(((end - start) * share) / WEIGHT_TOTAL) ? resolutions[i] : onMiss;
      start = end;
    }
    return onMiss;
  };
}

function resultWithoutBucket(rollout: Rollout, byLabel: string): ServeResult {
  if (rollout.onMissingKey === "default") return THE_DEFAULT;
  if (rollout.onMissingKey !== "error") return NEXT_RULE;
  return Object.freeze({
    reason: "ERROR",
    errorCode: "TARGETING_KEY_MISSING",
    errorDetails: `${byLabel} is required`,
  });
}

/** Compiles the exposure at an instant: an integer out of 100,000. */
function compileRamp(ramp: NonNullable<Rollout["ramp"]>, compilation: Compilation): (now: number) => number {
  const { from, to } = ramp;
  const start = parseInstant(ramp.startAt);
  const end = parseInstant(ramp.endAt);
  if (!(start < end) || !isShare(from) || !isShare(to))
    throw new CompileError("a ramp needs from and to, and a startAt before its endAt");
  if (from !== to) compilation.traits.ramps.add({ start, end });
  return (now) => {
    if (now < start) return from;
    if (now >= end) return to;
    return Math.floor(from + ((to - from) * (now - start)) / (end - start));
  };
}

/** Returns the end of each variant's range, in the order of the weights. */
function cumulate(
  weights: [string, number][],
  total: number,
  make: ResolutionMaker,
): { ends: number[]; resolutions: Resolution[] } {
  let end = 0;
  // `map` makes lists of the right size, whereas a list that grows takes room for sixteen more.
  const ends = weights.map(([, weight]) => {
    if (!isShare(weight, total)) throw new CompileError(`weights must be whole numbers from 0 to ${total}`);
    end += weight;
    return end;
  });
  const resolutions = weights.map(([variant]) => make.split(variant));
  if (end > total) throw new CompileError(`weights must sum to at most ${total}`);
  return { ends, resolutions };
}

function pick(at: number, ends: number[], resolutions: Resolution[]): Resolution | undefined {
  for (let i = 0; i < ends.length; i++) {
    if (at < (ends[i] as number)) return resolutions[i];
  }
  return undefined;
}
