import { WorkerEntrypoint } from "cloudflare:workers";
import type { Bindings } from "../env.ts";
import type { Context } from "../evaluation/details.ts";
import type { JsonValue } from "../flags/document.ts";
import type { Services } from "../http/services.ts";
import type { Caller } from "./calls.ts";
import type { AllFlags, BindingDetails, Bootstrap, BootstrapOptions, CallOptions, FlagsBinding } from "./interface.ts";

/** Workers that serve only HTTP never load them. */
const loadCalls = () => import("./calls.ts");

/**
 * Creates the entrypoint for service bindings of other Workers of the account. The binding's props, which the runtime
 * passes, say which environment a caller sees (docs/binding.md). Every method of its prototype can be called from
 * outside.
 *
 * @param servicesFor returns the services of this isolate. @throws SettingsError
 */
export function flagsEntrypoint(servicesFor: (bindings: Bindings) => Services) {
  return class Flags extends WorkerEntrypoint implements FlagsBinding {
    boolean(key: string, fallback: boolean, context?: Context, options?: CallOptions): Promise<boolean> {
      return this.#value(key, fallback, context, options);
    }

    string(key: string, fallback: string, context?: Context, options?: CallOptions): Promise<string> {
      return this.#value(key, fallback, context, options);
    }

    number(key: string, fallback: number, context?: Context, options?: CallOptions): Promise<number> {
      return this.#value(key, fallback, context, options);
    }

    object<T extends JsonValue>(key: string, fallback: T, context?: Context, options?: CallOptions): Promise<T> {
      return this.#value(key, fallback, context, options);
    }

    async details<T extends JsonValue>(
      key: string,
      fallback: T,
      context?: Context,
      options?: CallOptions,
    ): Promise<BindingDetails<T>> {
      return (await loadCalls()).details(this.#caller(), { key, fallback, context, options });
    }

    async all(context?: Context, options?: CallOptions): Promise<AllFlags> {
      return (await loadCalls()).all(this.#caller(), { context, options });
    }

    async bootstrap(context?: Context, options?: BootstrapOptions): Promise<Bootstrap> {
      return (await loadCalls()).bootstrap(this.#caller(), { context, options });
    }

    async #value<T extends JsonValue>(key: string, fallback: T, context?: Context, options?: CallOptions): Promise<T> {
      return (await this.details(key, fallback, context, options)).value;
    }

    #caller(): Caller {
      const { env, ctx } = this;
      return {
        services: () => servicesFor(env),
        props: ctx.props,
        waitUntil: (promise) => ctx.waitUntil(promise),
      };
    }
  };
}
