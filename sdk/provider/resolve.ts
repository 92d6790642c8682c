import {
  type Context,
  type Details,
  detailsOf,
  failed,
  suitsDefault,
  plainContext,
} from "../../src/evaluation/details.ts";
import type { CompiledFlag, EvaluationContext, EvaluationInput, Resolution } from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { type Exposures, subjectOf } from "../exposures/exposures.ts";

const KEY_MESSAGE = "context.targetingKey must be a string";
const NO_REQUEST = Object.freeze({});
const NO_CONTEXT: Context = Object.freeze({});
/** Stands for a context that cannot be written as JSON. */
const INVALID_CONTEXT: EvaluationContext = Object.freeze({});

/** The time and chance of this process. */
export interface Sources {
  now: () => number;
  random: () => number;
  /** Called with each evaluation of a flag. */
  onEvaluated?: (flag: CompiledFlag, resolution: Resolution) => void;
}

/** The environment of the flags, and the reports of its exposures, if there are any. */
export interface Surroundings {
  environment: string;
  exposures?: Exposures | undefined;
}

/** An environment whose exposures are reported. */
export interface Exposing extends Surroundings {
  exposures: Exposures;
}

/**
 * The input of one evaluation. Most flags read no time and many read no context, so the clock is read and the context
 * is checked on first use, and then only once.
 */
export class ProcessInput implements EvaluationInput {
  draws: EvaluationInput["draws"] = undefined;
  readonly #given: Context;
  #context: EvaluationContext | undefined;
  readonly #sources: Sources;
  #now: number | undefined;

  constructor(given: Context, sources: Sources) {
    this.#given = given ?? NO_CONTEXT;
    this.#sources = sources;
  }

  get context(): EvaluationContext {
    return (this.#context ??= plainContext(this.#given) ?? INVALID_CONTEXT);
  }

  /** Whether a flag has read the context, and it cannot be written as JSON. */
  get isInvalid(): boolean {
    return this.#context === INVALID_CONTEXT;
  }

  get request(): EvaluationInput["request"] {
    return NO_REQUEST;
  }

  get random(): () => number {
    return this.#sources.random;
  }

  get now(): number {
    return (this.#now ??= this.#sources.now());
  }

  /** The subject's key as it was given; `undefined` if it is no text. */
  get targetingKey(): string | undefined {
    return subjectOf(this.#given);
  }

  /** Evaluates a flag, and counts it. */
  evaluate(flag: CompiledFlag): Resolution {
    const resolution = flag.evaluate(this);
    this.#sources.onEvaluated?.(flag, resolution);
    return resolution;
  }

  /** Whether the subject's key is a text or absent. A date, for example, becomes a text. */
  hasUsableKey(): boolean {
    try {
      if (isTextOrAbsent(this.#given.targetingKey)) return true;
    } catch {
      // A property that throws makes the context invalid.
    }
    return isTextOrAbsent(this.context.targetingKey);
  }
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

/** Evaluates a flag of an environment for a caller whose default is `fallback`. Never throws. */
export function resolve<T extends JsonValue>(
  flag: CompiledFlag | undefined,
  flagKey: string,
  fallback: T,
  input: ProcessInput,
  { environment, exposures }: Surroundings,
): Details<T> {
  if (flag === undefined) return failed(fallback, "FLAG_NOT_FOUND", `flag "${flagKey}" does not exist`);
  if (!input.hasUsableKey()) return failed(fallback, "INVALID_CONTEXT", KEY_MESSAGE);
  const resolution = input.evaluate(flag);
  if (input.isInvalid) return failed(fallback, "INVALID_CONTEXT", "the context cannot be written as JSON");
  const details = detailsOf(flag, resolution, fallback, environment);
  if (exposures !== undefined && details.errorCode === undefined)
    expose({ environment, exposures }, flag, resolution, details.value, input);
  return details;
}

/** Returns only the value, with the same rules as {@link resolve}. Reports an exposure only if told where. */
export function valueOf<T extends JsonValue>(
  flag: CompiledFlag | undefined,
  fallback: T,
  input: ProcessInput,
  exposing?: Exposing,
): T {
  if (flag === undefined || !input.hasUsableKey()) return fallback;
  const resolution = input.evaluate(flag);
  if (resolution.reason === "ERROR" || input.isInvalid) return fallback;
  const { value } = resolution;
  const isNone = value === undefined || value === null;
  if (!isNone && !suitsDefault(value, fallback)) return fallback;
  const given = isNone ? fallback : (value as T);
  if (exposing !== undefined) expose(exposing, flag, resolution, given, input);
  return given;
}

/** Reports that the subject got the variant. A disabled flag's variant is no part of an experiment. */
function expose(
  { environment, exposures }: Exposing,
  { key: flagKey, version }: CompiledFlag,
  resolution: Resolution,
  value: JsonValue,
  { targetingKey }: ProcessInput,
): void {
  if (resolution.reason === "ERROR" || resolution.reason === "DISABLED") return;
  const { variant, reason, ruleId } = resolution;
  const timestamp = exposures.claim(flagKey, variant, targetingKey);
  if (timestamp === undefined || variant === undefined || targetingKey === undefined) return;
  const exposure = { flagKey, variant, value, targetingKey, timestamp, reason, environment };
  exposures.report({ ...exposure, flagVersion: String(version), ...(ruleId !== undefined && { ruleId }) });
}
