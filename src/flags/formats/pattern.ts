import { RE2JS, RE2JSException } from "re2js";

export type Pattern = RE2JS;

/** RE2 syntax, linear time, found anywhere in the text. Throws PatternError with what RE2 says. */
export function compilePattern(pattern: string, caseInsensitive: boolean): Pattern {
  try {
    return RE2JS.compile(pattern, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new PatternError(error.message);
  }
}

export class PatternError extends Error {
  override readonly name = "PatternError";
}
