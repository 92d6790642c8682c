import type { Resolution } from "../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../src/flags/document.ts";

/** Returns the value of a resolution, or `undefined` if the caller's default is the value. */
export function resolvedValue(resolution: Resolution): JsonValue | undefined {
  return resolution.reason === "ERROR" ? undefined : resolution.value;
}
