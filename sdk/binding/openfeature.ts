import type { Context, Details } from "../../src/evaluation/details.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import type { FlagsBinding, PassedRequest } from "../../src/rpc/interface.ts";
import type { Exposures } from "../exposures/exposures.ts";
import { detailsThrough, requireBinding, RequestFlags, type RequestFlagsOptions } from "./request-flags.ts";

/** Carries the request through OpenFeature, which copies it with the context. It is not an attribute. */
const REQUEST = Symbol.for("burgee.request");

/**
 * Returns the context of evaluations in one request. They see the request's country, language and so on, and those with
 * equal attributes share one call.
 *
 * @example
 * const context = forRequest(request, { targetingKey: "user-1" });
 * await OpenFeature.getClient().getBooleanValue("checkout", false, context);
 */
export function forRequest<C extends object>(request: PassedRequest, context: C): C {
  return { ...context, [REQUEST]: request };
}

/**
 * The details of a resolution, as OpenFeature takes them. `errorCode` has a type of OpenFeature's SDK, which is not
 * needed here.
 */
export type ProviderResolution<T> = Omit<Details<T>, "errorCode">;

/**
 * An OpenFeature provider for Workers, over a service binding to the entrypoint `Flags`. One provider serves all
 * requests of an isolate.
 *
 * @example
 * OpenFeature.setProvider(new BindingProvider(env.FLAGS));
 */
export class BindingProvider {
  readonly runsOn = "server";
  readonly metadata = { name: "burgee-binding" };
  readonly #binding: FlagsBinding;
  readonly #exposures: Exposures | undefined;
  readonly #requests = new WeakMap<PassedRequest, RequestFlags>();

  /** @throws TypeError there is no binding */
  constructor(binding: FlagsBinding, { exposures }: RequestFlagsOptions = {}) {
    this.#binding = requireBinding(binding);
    this.#exposures = exposures;
  }

  resolveBooleanEvaluation(key: string, fallback: boolean, context: object): Promise<ProviderResolution<boolean>> {
    return this.#resolve(key, fallback, context);
  }

  resolveStringEvaluation(key: string, fallback: string, context: object): Promise<ProviderResolution<string>> {
    return this.#resolve(key, fallback, context);
  }

  resolveNumberEvaluation(key: string, fallback: number, context: object): Promise<ProviderResolution<number>> {
    return this.#resolve(key, fallback, context);
  }

  resolveObjectEvaluation<T>(key: string, fallback: T, context: object): Promise<ProviderResolution<T>> {
    return this.#resolve(key, fallback, context);
  }

  async #resolve<T>(key: string, fallback: T, context: object): Promise<ProviderResolution<T>> {
    const { [REQUEST]: request, ...attributes } = context as Context & { [REQUEST]?: PassedRequest };
    const details =
      request === undefined
        ? detailsThrough(this.#binding, key, fallback as JsonValue, attributes, this.#exposures)
        : this.#flagsOf(request).details(key, fallback as JsonValue, attributes);
    return (await details) as ProviderResolution<T>;
  }

  #flagsOf(request: PassedRequest): RequestFlags {
    let flags = this.#requests.get(request);
    if (flags === undefined) {
      flags = new RequestFlags(this.#binding, request, { exposures: this.#exposures });
      this.#requests.set(request, flags);
    }
    return flags;
  }
}
