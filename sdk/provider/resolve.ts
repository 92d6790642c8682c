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
const NO_REQUEST = Object.freeze({});

/** The input of one evaluation. Most flags read no time, so the clock is read on first use, and then only once. */
export class ProcessInput implements EvaluationInput {
  readonly context: EvaluationContext;
  readonly request = NO_REQUEST;
  readonly random: () => number;
  draws: EvaluationInput["draws"] = undefined;
  readonly #clock: () => number;
  #now: number | undefined;

  constructor(context: EvaluationContext, clock: () => number, random: () => number) {
    this.context = context;
    this.#clock = clock;
    this.random = random;
  }

  get now(): number {
    return (this.#now ??= this.#clock());
  }
}

/**
 * Returns a context as JSON would carry it. Most contexts hold only texts, booleans and numbers, and cost one pass.
 * Returns `undefined` for a context that has no form in JSON.
 */
export function plainContext(context: Context): EvaluationContext | undefined {
  for (const name in context) {
    const value = context[name];
    if (typeof value === "string" || typeof value === "boolean" || value === undefined) continue;
    if (typeof value === "number" && Number.isFinite(value)) continue;
    return asJson(context);
  }
  return context as EvaluationContext;
}

function asJson(context: Context): EvaluationContext | undefined {
  try {
    return JSON.parse(JSON.stringify(context)) as EvaluationContext;
  } catch {
    return undefined; // A cycle or a bigint.
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
  const { targetingKey } = input.context;
  if (targetingKey !== undefined && typeof targetingKey !== "string")
    return failed(fallback, "INVALID_CONTEXT", "context.targetingKey must be a string");
  const resolution = flag.evaluate(input);
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
  if (flag === undefined) return fallback;
  const { targetingKey } = input.context;
  if (targetingKey !== undefined && typeof targetingKey !== "string") return fallback;
  const resolution = flag.evaluate(input);
  if (resolution.reason === "ERROR") return fallback;
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
