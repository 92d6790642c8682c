import { TierError } from "../../../ops/errors.ts";

/** Says whether Redis is out of reach or refused the command, for people who have to find the cause. */
export function redisFailureText(error: unknown): string {
  const refusal = error instanceof TierError ? error.refusal : undefined;
  return refusal === undefined ? "Redis cannot be reached" : `Redis refused the command (${refusal})`;
}
