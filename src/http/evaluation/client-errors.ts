import type { ErrorCode, Resolution } from "../../evaluation/types.ts";

/** The details of errors for client keys. They name no attribute, rule or segment of the flag. */
const DETAILS: Record<ErrorCode, string> = {
  FLAG_NOT_FOUND: "the flag does not exist",
  PARSE_ERROR: "the flag's configuration cannot be evaluated",
  TYPE_MISMATCH: "the flag's value has another type",
  TARGETING_KEY_MISSING: "a targeting key is required",
  INVALID_CONTEXT: "the evaluation context is invalid",
  GENERAL: "the evaluation failed",
};

const errors = new Map(
  Object.entries(DETAILS).map(([code, errorDetails]): [string, Resolution] => [
    code,
    Object.freeze({ reason: "ERROR", errorCode: code as ErrorCode, errorDetails }),
  ]),
);

/** Returns a resolution as client keys see it: an error says nothing about the flag's rules. */
export function forClients(resolution: Resolution): Resolution {
  return resolution.reason === "ERROR" ? (errors.get(resolution.errorCode) ?? resolution) : resolution;
}

/** Returns a resolution as server keys see it. */
export function unchanged(resolution: Resolution): Resolution {
  return resolution;
}
