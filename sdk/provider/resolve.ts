import type {
  CompiledFlag,
  ErrorCode,
  EvaluationContext,
  EvaluationInput,
  Resolution,
} from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";

/** The result of one evaluation. `value` is the caller's default if the flag has none for the caller. */
export interface Details<T> {
  value: T;
  variant?: string;
  reason: Resolution["reason"];
  errorCode?: ErrorCode | "PROVIDER_NOT_READY";
  errorMessage?: string;
  flagMetadata: Metadata;
}

export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** The attributes of a subject. Dates count as their ISO text, as in JSON. */
export type Context = { readonly targetingKey?: string | undefined } & { readonly [attribute: string]: unknown };

const NO_METADATA: Metadata = Object.freeze({});
const KEY_MESSAGE = "context.targetingKey must be a string";
const NO_REQUEST = Object.freeze({});
const NO_CONTEXT: Context = Object.freeze({});
/** Stands for a context that has no form in JSON. */
const INVALID_CONTEXT: EvaluationContext = Object.freeze({});

/** The time and chance of this process. */
export interface Sources {
  now: () => number;
  random: () => number;
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

  /** Whether a flag has read the context, and it has no form in JSON. */
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

/**
 * Returns a context as JSON would carry it. Most contexts hold only texts, booleans and numbers, and cost one pass.
 * Returns `undefined` for a context that has no form in JSON.
 */
function plainContext(context: Context): EvaluationContext | undefined {
  try {
    for (const name in context) {
      const value = context[name];
      if (typeof value === "string" || typeof value === "boolean" || value === undefined) continue;
      if (typeof value === "number" && Number.isFinite(value)) continue;
      return JSON.parse(JSON.stringify(context)) as EvaluationContext;
    }
    return context as EvaluationContext;
  } catch {
    return undefined; // A cycle, a bigint, or a property that throws.
  }
}

/** Evaluates a flag for a caller whose default is `fallback`. Never throws. */
export function resolve<T extends JsonValue>(
  flag: CompiledFlag | undefined,
  flagKey: string,
  fallback: T,
  input: ProcessInput,
): Details<T> {
  if (flag === undefined) return failed(fallback, "FLAG_NOT_FOUND", `flag "${flagKey}" does not exist`);
  if (!input.hasUsableKey()) return failed(fallback, "INVALID_CONTEXT", KEY_MESSAGE);
  const resolution = flag.evaluate(input);
  if (input.isInvalid) return failed(fallback, "INVALID_CONTEXT", "the context has no form in JSON");
  if (resolution.reason === "ERROR") return failed(fallback, resolution.errorCode, resolution.errorDetails);
  const { value, variant, reason } = resolution;
  const flagMetadata = metadataOf(flag);
  if (value === undefined || value === null) {
    return variant === undefined
      ? { value: fallback, reason, flagMetadata }
      : { value: fallback, variant, reason, flagMetadata };
  }
  if (!isOfType(value, fallback)) {
    const message = `flag "${flagKey}" is of type ${flag.type}, and its value is not of the default's type`;
    return failed(fallback, "TYPE_MISMATCH", message);
  }
  return { value: value as T, variant: variant!, reason, flagMetadata };
}

/** Returns only the value, with the same rules as {@link resolve}. */
export function valueOf<T extends JsonValue>(flag: CompiledFlag | undefined, fallback: T, input: ProcessInput): T {
  if (flag === undefined || !input.hasUsableKey()) return fallback;
  const resolution = flag.evaluate(input);
  if (resolution.reason === "ERROR" || input.isInvalid) return fallback;
  const { value } = resolution;
  return value === undefined || value === null || !isOfType(value, fallback) ? fallback : (value as T);
}

/** Returns the default, with an error. */
export function failed<T>(value: T, errorCode: NonNullable<Details<T>["errorCode"]>, errorMessage: string): Details<T> {
  return { value, reason: "ERROR", errorCode, errorMessage, flagMetadata: NO_METADATA };
}

/** A default of null says nothing about the type. */
function isOfType(value: JsonValue, fallback: JsonValue): boolean {
  return typeof value === typeof fallback || fallback === null;
}

const metadata = new WeakMap<CompiledFlag, Metadata>();

/** Returns the flag's metadata without values that OpenFeature has no type for. */
function metadataOf(flag: CompiledFlag): Metadata {
  if (flag.metadata === undefined) return NO_METADATA;
  let known = metadata.get(flag);
  if (known === undefined) {
    const entries = Object.entries(flag.metadata ?? {}).filter(([, value]) => isMetadata(value));
    known = entries.length === 0 ? NO_METADATA : Object.freeze(Object.fromEntries(entries) as Metadata);
    metadata.set(flag, known);
  }
  return known;
}

function isMetadata(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number";
}
