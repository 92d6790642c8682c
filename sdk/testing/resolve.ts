import { ErrorCode, type JsonValue, type ResolutionDetails } from "@openfeature/core";

/** The type of value that the called method returns, as `typeof` names it. */
export type FlagValueType = "boolean" | "string" | "number" | "object";

/** Returns the details of an overridden flag, equal to those that the worker returns for a signed override. */
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
      errorMessage: `flag "${flagKey}" is overridden with ${JSON.stringify(value)}, but the code reads it as ${type}`,
    };
  }
  return { value: value as T, reason: "TARGETING_MATCH", flagMetadata: { override: true } };
}

/** Returns the code's default with an error, for a flag that is not overridden when no provider is wrapped. */
export function unknownDetails<T extends JsonValue>(flagKey: string, defaultValue: T): ResolutionDetails<T> {
  return {
    value: defaultValue,
    reason: "ERROR",
    errorCode: ErrorCode.FLAG_NOT_FOUND,
    errorMessage: `flag "${flagKey}" is not overridden, and no other provider is wrapped`,
  };
}
