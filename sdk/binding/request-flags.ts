import { type Context, failed, withDefault } from "../../src/evaluation/details.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import type { AllFlags, BindingDetails, CallOptions, FlagsBinding, PassedRequest } from "../../src/rpc/interface.ts";
import { type Exposures, subjectOf } from "../exposures/exposures.ts";
import { passedFacts } from "./passed-facts.ts";

/** The settings of flags that are evaluated through a binding. */
export interface RequestFlagsOptions {
  /** Reports which subjects got which variants, for experiments. Make it once per isolate. */
  exposures?: Exposures | undefined;
}

/**
 * The flags of one request, through a binding. The first evaluation with a context makes one call, which evaluates
 * every flag, and the others with an equal context read its result. Nothing rejects: a call that fails gives the
 * default, and is not made again in this request.
 */
export class RequestFlags {
  readonly #binding: FlagsBinding;
  readonly #options: CallOptions;
  readonly #exposures: Exposures | undefined;
  /** The calls by their context as JSON. Promises must not be shared with other requests. */
  readonly #calls = new Map<string, Promise<AllFlags>>();

  /** @throws TypeError there is no binding */
  constructor(binding: FlagsBinding, request?: PassedRequest, { exposures }: RequestFlagsOptions = {}) {
    this.#binding = requireBinding(binding);
    this.#exposures = exposures;
    this.#options = request === undefined ? {} : { request: passedFacts(request) };
  }

  /** Returns a boolean flag's value, or the default if the flag has none for the caller. */
  async boolean(key: string, fallback: boolean, context?: Context): Promise<boolean> {
    return (await this.details(key, fallback, context)).value;
  }

  /** As {@link boolean}, for a string flag. */
  async string(key: string, fallback: string, context?: Context): Promise<string> {
    return (await this.details(key, fallback, context)).value;
  }

  /** As {@link boolean}, for an integer or float flag. */
  async number(key: string, fallback: number, context?: Context): Promise<number> {
    return (await this.details(key, fallback, context)).value;
  }

  /** As {@link boolean}, for an object or json flag. The value is shared: do not change it. */
  async object<T extends JsonValue>(key: string, fallback: T, context?: Context): Promise<T> {
    return (await this.details(key, fallback, context)).value;
  }

  /** Returns a flag's value with its variant, reason and error, as OpenFeature defines them. */
  async details<T extends JsonValue>(key: string, fallback: T, context: Context = {}): Promise<BindingDetails<T>> {
    const text = jsonOf(context);
    if (text === undefined) return noJson(fallback);
    const { flags, stale, errorCode, errorMessage = "" } = await this.#all(text);
    if (errorCode !== undefined) return failed(fallback, errorCode, errorMessage);
    const found = Object.hasOwn(flags, key) ? flags[key] : undefined;
    if (found === undefined) return failed(fallback, "FLAG_NOT_FOUND", `flag "${key}" does not exist`);
    const details: BindingDetails<T> = withDefault(found, key, fallback);
    expose(this.#exposures, key, details, context);
    return stale === true ? { ...details, stale } : details;
  }

  #all(text: string): Promise<AllFlags> {
    let call = this.#calls.get(text);
    if (call === undefined) {
      call = this.#call(JSON.parse(text) as Context);
      this.#calls.set(text, call);
    }
    return call;
  }

  async #call(context: Context): Promise<AllFlags> {
    try {
      return await this.#binding.all(context, this.#options);
    } catch (error) {
      return { flags: {}, version: 0, errorCode: "GENERAL", errorMessage: messageOf(error) };
    }
  }
}

/** Evaluates one flag with a call of its own. Does not reject. */
export async function detailsThrough<T extends JsonValue>(
  binding: FlagsBinding,
  key: string,
  fallback: T,
  context: Context,
  exposures: Exposures | undefined,
): Promise<BindingDetails<T>> {
  const text = jsonOf(context);
  if (text === undefined) return noJson(fallback);
  try {
    const details = await binding.details(key, fallback, JSON.parse(text) as Context);
    expose(exposures, key, details, context);
    return details;
  } catch (error) {
    return failed(fallback, "GENERAL", messageOf(error));
  }
}

/** Reports that the subject got the variant, unless the flag is disabled or an override or an error decided. */
function expose<T extends JsonValue>(
  exposures: Exposures | undefined,
  flagKey: string,
  { variant, value, reason, ruleId, errorCode, flagMetadata }: BindingDetails<T>,
  context: Context,
): void {
  if (exposures === undefined || variant === undefined) return;
  if (errorCode !== undefined || reason === "DISABLED" || flagMetadata["override"] === true) return;
  const targetingKey = subjectOf(context);
  const timestamp = exposures.claim(flagKey, variant, targetingKey);
  if (timestamp === undefined || targetingKey === undefined) return;
  const { flagSetId, version } = flagMetadata;
  exposures.report({
    flagKey,
    variant,
    value,
    targetingKey,
    timestamp,
    reason,
    ...(ruleId !== undefined && { ruleId }),
    ...(flagSetId !== undefined && { environment: String(flagSetId) }),
    ...(version !== undefined && { flagVersion: String(version) }),
  });
}

/** @throws TypeError there is no binding */
export function requireBinding(binding: FlagsBinding): FlagsBinding {
  if (binding !== undefined && binding !== null) return binding;
  throw new TypeError('there is no service binding: add one with entrypoint = "Flags" to the configuration');
}

/** Returns the context as JSON, so that it can be sent and compared; `undefined` if it cannot be written as JSON. */
function jsonOf(context: Context): string | undefined {
  try {
    return JSON.stringify(context);
  } catch {
    return undefined;
  }
}

function noJson<T>(fallback: T): BindingDetails<T> {
  return failed(fallback, "INVALID_CONTEXT", "the context cannot be written as JSON");
}

function messageOf(error: unknown): string {
  return `the call to Burgee failed: ${error instanceof Error ? error.message : String(error)}`;
}
