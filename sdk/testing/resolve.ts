import { ErrorCode, type JsonValue, type ResolutionDetails } from "@openfeature/core";

/** What a value has to be for the method that was called. */
export type FlagValueType = "boolean" | "string" | "number" | "object";

/** The details of an overridden flag, as the worker answers them for a signed override. */
export function overriddenDetails<T extends JsonValue>(
  flagKey: string,
  value: JsonValue,
  type: FlagValueType,
  defaultValue: T,
): ResolutionDetails<T> {
  if (value === null || typeof value !== type) {
    return {
      value: defaultValue,
      reason: "ERROR",
      errorCode: ErrorCode.TYPE_MISMATCH,
      errorMessage: `flag "${flagKey}" is overridden with ${JSON.stringify(value)}, and asked for as ${type}`,
    };
  }
  return { value: value as T, reason: "TARGETING_MATCH", flagMetadata: { override: true } };
}

/** Where nothing is wrapped, every flag that is not overridden is unknown, and the code's default counts. */
export function unknownDetails<T extends JsonValue>(flagKey: string, defaultValue: T): ResolutionDetails<T> {
  return {
    value: defaultValue,
    reason: "ERROR",
    errorCode: ErrorCode.FLAG_NOT_FOUND,
    errorMessage: `flag "${flagKey}" is not overridden, and there is no other provider to ask`,
  };
}
