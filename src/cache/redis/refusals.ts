/**
 * Error replies of Redis that refuse one command, while Redis itself works. They say nothing about other commands, so
 * they must not open the circuit breaker: a damaged key or a full database would then keep every environment from being
 * read. The table in docs/reliability.md explains each.
 */
import { TierError } from "../../ops/errors.ts";

/**
 * The codes of such replies. Left out on purpose are those with which Redis refuses everything for a while (LOADING,
 * MASTERDOWN, CLUSTERDOWN, BUSY, TRYAGAIN) or until somebody repairs the settings (NOAUTH, WRONGPASS).
 */
const REFUSALS = new Set(["WRONGTYPE", "OOM", "READONLY", "NOREPLICAS", "MISCONF", "NOPERM", "NOSCRIPT"]);
/**
 * Texts of ERR that complain about the command itself. Any other ERR counts as an outage, because Upstash also reports
 * its own limits and troubles in this way, and then refuses the next command as well.
 */
const COMPLAINT = new RegExp(
  [
    "unknown (?:sub)?command|wrong number of arguments|syntax error|invalid|not allowed|no such key",
    "not an integer|not a valid float|Number of keys|script|max (?:request|record|key) size",
  ].join("|"),
  "i",
);

/** Returns the code if Redis refused only this command; `undefined` if the error says that Redis is not usable. */
export function refusalOf(message: string): string | undefined {
  const code = /^-?([A-Z]+)(?: |$)/.exec(message)?.[1];
  if (code === undefined) return undefined;
  return REFUSALS.has(code) || (code === "ERR" && COMPLAINT.test(message)) ? code : undefined;
}

/** Whether the key exists, but is not of the type that the command needs. */
export function isWrongType(error: unknown): boolean {
  return error instanceof TierError && error.refusal === "WRONGTYPE";
}

/** Whether a failure says that Redis is not usable. */
export function isRedisOutage(error: unknown): boolean {
  return !(error instanceof TierError && error.refusal !== undefined);
}
