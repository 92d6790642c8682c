import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonValue } from "@openfeature/core";
import { type FlagOverride, type FlagValues, OverriddenValues } from "./overridden-values.ts";

/** Overrides that apply in the whole process, also in servers that are already running. */
const processValues = new OverriddenValues();

/** Overrides that apply only in the code that one call of {@link withFlags} calls and awaits. */
const callValues = new AsyncLocalStorage<OverriddenValues>();

/**
 * Gives a flag a value until the override is disposed of: `await using override = overrideFlag("checkout", true)`.
 * Inside {@link withFlags} the override applies only there, otherwise in the whole process.
 */
export function overrideFlag(flagKey: string, value: JsonValue): FlagOverride {
  return currentValues().add({ [flagKey]: value });
}

/** Runs `run` with these values for everything that it calls and awaits. Other tests running then are unaffected. */
export async function withFlags<T>(values: FlagValues, run: () => T | Promise<T>): Promise<T> {
  const overridden = new OverriddenValues(currentValues());
  overridden.add(values);
  return await callValues.run(overridden, async () => await run());
}

export function currentValues(): OverriddenValues {
  return callValues.getStore() ?? processValues;
}
