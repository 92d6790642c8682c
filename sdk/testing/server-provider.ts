import type { JsonValue, Provider, ResolutionDetails } from "@openfeature/server-sdk";
import { OverridingProvider } from "./overriding-provider.ts";
import { currentValues } from "./server-scope.ts";

/**
 * Resolves overridden flags itself. Every other flag goes to the wrapped provider, for example an in-memory one or one
 * that evaluates on a running Burgee. Without a wrapped provider, other flags have the defaults of the code under test.
 */
export class OverridableProvider extends OverridingProvider<"server", Provider> implements Provider {
  readonly runsOn = "server";
  declare readonly events?: NonNullable<Provider["events"]>;

  constructor(wrapped?: Provider) {
    super(wrapped);
    if (wrapped?.events !== undefined) this.events = wrapped.events;
  }

  protected overrideOf(flagKey: string): JsonValue | undefined {
    return currentValues().find(flagKey);
  }

  protected async resolved<T>(details: ResolutionDetails<T>): Promise<ResolutionDetails<T>> {
    return details;
  }
}
