import * as preloaded from "#preloaded-pattern-engine";
import type { RE2JS } from "re2js";
import { LazyLibrary } from "../../ops/lazy-library.ts";
import { SharedValues } from "../shared-values.ts";

export type Pattern = RE2JS;

/** It is as large as everything else that evaluation needs, and most environments have no patterns. */
export const patternEngine = new LazyLibrary<typeof preloaded>(
  "the pattern engine",
  "RE2JS" in preloaded ? preloaded : undefined,
  () => import("./re2.ts"),
);

/** A compiled pattern takes several KiB and remembers how it matched, so equal patterns are one. */
const shared = new SharedValues<Pattern>();

/**
 * Compiles a pattern in RE2 syntax, which matches in linear time, anywhere in the text. The engine must be loaded.
 * @throws PatternError
 */
export function compilePattern(pattern: string, caseInsensitive: boolean): Pattern {
  return shared.getOrMake(`${caseInsensitive ? "i" : "s"}${pattern}`, () => newPattern(pattern, caseInsensitive));
}

function newPattern(pattern: string, caseInsensitive: boolean): Pattern {
  const { RE2JS, RE2JSException } = patternEngine.loaded;
  try {
    return RE2JS.compile(pattern, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new PatternError(error.message);
  }
}

/** All printable ASCII characters. With the two other texts, it detects patterns that exclude some characters. */
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
