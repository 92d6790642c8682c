import { RE2JS, RE2JSException } from "re2js";

export type Pattern = RE2JS;

/** Compiles a pattern in RE2 syntax, which matches in linear time, anywhere in the text. Throws PatternError. */
export function compilePattern(pattern: string, caseInsensitive: boolean): Pattern {
  try {
    return RE2JS.compile(pattern, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new PatternError(error.message);
  }
}

/** Every character of ASCII that can be printed. With the two other texts it tells apart what patterns exclude. */
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");

/** Whether a valid pattern has alternatives and is found in every text, as `@acme.com|` is. */
export function hasEmptyAlternative(pattern: string): boolean {
  if (!pattern.includes("|")) return false;
  const compiled = compilePattern(pattern, false);
  return ["", "\u0001", PRINTABLE].every((text) => compiled.matcher(text).find());
}

/** A pattern is not valid; the message is RE2's. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}
