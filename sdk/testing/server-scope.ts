import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonValue } from "@openfeature/core";
import { type FlagOverride, type FlagValues, OverriddenValues } from "./overridden-values.ts";

/** In force everywhere in the process, servers that were started before included. */
const everywhere = new OverriddenValues();

/** In force in what one call of {@link withFlags} calls and awaits, and nowhere else. */
const scoped = new AsyncLocalStorage<OverriddenValues>();

/**
 * Gives a flag a value until the override is disposed of: `await using override = overrideFlag("checkout", true)`.
 * Inside {@link withFlags} it is in force there alone, otherwise in the whole process.
 */
export function overrideFlag(flagKey: string, value: JsonValue): FlagOverride {
  return currentValues().add({ [flagKey]: value });
}

/** Runs `run` with these values in force in everything that it calls and awaits. Tests that run at the same time do not see them. */
export async function withFlags<T>(values: FlagValues, run: () => T | Promise<T>): Promise<T> {
  const scope = new OverriddenValues(currentValues());
  scope.add(values);
  return await scoped.run(scope, async () => await run());
}

export function currentValues(): OverriddenValues {
  return scoped.getStore() ?? everywhere;
}
