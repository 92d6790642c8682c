import type { JsonValue } from "@openfeature/core";
import { type FlagOverride, type FlagValues, OverriddenValues } from "./overridden-values.ts";

/** Overrides that apply in the whole page, because browsers cannot tell one chain of calls from another. */
export const pageValues = new OverriddenValues();

/** Gives a flag a value until the override is disposed of: `await using override = overrideFlag("checkout", true)`. */
export function overrideFlag(flagKey: string, value: JsonValue): FlagOverride {
  return pageValues.add({ [flagKey]: value });
}

/** Runs `run` with these values. All tests that run at the same time in this page see them. */
export async function withFlags<T>(values: FlagValues, run: () => T | Promise<T>): Promise<T> {
  const override = pageValues.add(values);
  try {
    return await run();
  } finally {
    override.restore();
  }
}
