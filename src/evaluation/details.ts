/** Evaluation for callers in JavaScript, with OpenFeature's details and a default of the caller's. */
import type { JsonValue } from "../flags/document.ts";
import type { CompiledFlag, ErrorCode, EvaluationContext, Resolution } from "./types.ts";

/** The result of one evaluation. `value` is the caller's default if the flag has none for the caller. */
export interface Details<T> {
  value: T;
  variant?: string;
  reason: Resolution["reason"];
  errorCode?: ErrorCode | "PROVIDER_NOT_READY" | "PROVIDER_FATAL";
  errorMessage?: string;
  flagMetadata: Metadata;
}

export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** The attributes of a subject. Dates count as their ISO text, as in JSON. */
export type Context = { readonly targetingKey?: string | undefined } & { readonly [attribute: string]: unknown };

const NO_METADATA: Metadata = Object.freeze({});

/**
 * Returns a context as JSON would carry it. Most contexts hold only texts, booleans and numbers, and cost one pass.
 * Returns `undefined` for a context that cannot be written as JSON.
 */
export function plainContext(context: Context): EvaluationContext | undefined {
  try {
    // JSON leaves out what an instance of a class inherits, such as getters, and asks its toJSON. This is measured to
    // cost nothing, unlike Object.getPrototypeOf. An attribute of this name is rare, and right after the longer way.
    if (context["constructor"] !== Object) return inJson(context);
    for (const name in context) {
      const value = context[name];
      if (typeof value === "string" || typeof value === "boolean" || value === undefined) continue;
      if (typeof value === "number" && Number.isFinite(value)) continue;
      return inJson(context);
    }
    return context as EvaluationContext;
  } catch {
    return undefined; // A cycle, a bigint, or a property that throws.
  }
}

function inJson(context: Context): EvaluationContext | undefined {
  const value = JSON.parse(JSON.stringify(context)) as unknown;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as EvaluationContext) : undefined;
}

/**
 * Returns a resolution's details for a caller whose default is `fallback`. `flagSetId` is the flag's environment: if it
 * is given, the metadata names it and the flag's version, for telemetry.
 */
export function detailsOf<T extends JsonValue>(
  flag: CompiledFlag,
  resolution: Resolution,
  fallback: T,
  flagSetId?: string,
): Details<T> {
  if (resolution.reason === "ERROR") return failed(fallback, resolution.errorCode, resolution.errorDetails);
  const { value = null, variant, reason } = resolution;
  const flagMetadata = metadataOf(flag, resolution, flagSetId);
  const details = variant === undefined ? { value, reason, flagMetadata } : { value, variant, reason, flagMetadata };
  return withDefault(details, flag.key, fallback);
}

/**
 * Returns details for a caller with a default: it takes the place of a value that is null or of another type. A default
 * of null accepts every value.
 */
export function withDefault<T extends JsonValue>(
  details: Details<JsonValue>,
  flagKey: string,
  fallback: T,
): Details<T> {
  const { value } = details;
  if (value === null) return { ...details, value: fallback };
  if (suitsDefault(value, fallback)) return details as Details<T>;
  const message = `flag "${flagKey}" has a value of type ${typeof value}, and the default is of type ${typeof fallback}`;
  return failed(fallback, "TYPE_MISMATCH", message);
}

/** Returns the default, with an error. */
export function failed<T>(value: T, errorCode: NonNullable<Details<T>["errorCode"]>, errorMessage: string): Details<T> {
  return { value, reason: "ERROR", errorCode, errorMessage, flagMetadata: NO_METADATA };
}

/** Whether a value can take the place of a default. A default of null says nothing about the type. */
export function suitsDefault(value: JsonValue, fallback: JsonValue): boolean {
  return typeof value === typeof fallback || fallback === null;
}

const ownMetadata = new WeakMap<CompiledFlag, Metadata>();
/** With the names for telemetry. A compiled flag belongs to one environment. */
const describedMetadata = new WeakMap<CompiledFlag, Metadata>();

/** Returns the flag's metadata without values that OpenFeature has no type for, and marks overridden values. */
function metadataOf(flag: CompiledFlag, resolution: Resolution, flagSetId: string | undefined): Metadata {
  const metadata = flagSetId === undefined ? ownMetadata : describedMetadata;
  let known = metadata.get(flag);
  if (known === undefined) {
    const added = flagSetId === undefined ? {} : { flagSetId, version: String(flag.version) };
    const entries = Object.entries({ ...added, ...flag.metadata }).filter(([, value]) => isMetadata(value));
    known = entries.length === 0 ? NO_METADATA : Object.freeze(Object.fromEntries(entries) as Metadata);
    metadata.set(flag, known);
  }
  return "isOverride" in resolution ? { ...known, override: true } : known;
}

function isMetadata(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number";
}
