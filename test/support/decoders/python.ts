import { exactly, parseObject, Refusal, requireSeconds, type SingleDecoder, textOf } from "./client.ts";

const REASONS = ["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "CACHED", "STALE", "ERROR", "UNKNOWN"];

/** Python: requires `variant` and `reason`, and the code and details of a 400, without checking for them. */
export const python: SingleDecoder = {
  name: "Python",
  evaluate(response, accessor) {
    const { status, text } = response;
    if (status === 429) requireSeconds(response);
    if (status === 404) return { errorCode: "FLAG_NOT_FOUND" };
    if (status === 400) {
      const body = parseObject(text);
      requireMembers(body, ["errorCode", "errorDetails"]);
      return { errorCode: textOf(body, "errorCode") };
    }
    if (status !== 200) return { errorCode: "GENERAL" };
    const body = parseObject(text);
    requireMembers(body, ["reason", "variant"]);
    if (!REASONS.includes(textOf(body, "reason"))) throw new Refusal(`ValueError: ${textOf(body, "reason")}`);
    const { value } = body;
    if (value === undefined) return {};
    return value === null ? { errorCode: "TYPE_MISMATCH" } : exactly(value, accessor);
  },
};

function requireMembers(body: object, names: readonly string[]): void {
  for (const name of names) if (!(name in body)) throw new Refusal(`KeyError: ${name}`);
}
