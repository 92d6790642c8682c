import * as preloaded from "#preloaded-pattern-engine";
import type { RE2JS } from "re2js";
import { SharedValues } from "../shared-values.ts";

export type Pattern = RE2JS;

/**
 * The library that runs patterns. It is as large as everything else that evaluation needs, and most environments have
 * no patterns, so the worker's bundle preloads nothing (dev/bundle.ts). Tools, which start in other ways, do.
 */
let engine: typeof preloaded | undefined = "RE2JS" in preloaded ? preloaded : undefined;

/** A compiled pattern takes several KiB and remembers how it matched, so equal patterns are one. */
const shared = new SharedValues<Pattern>();

/**
 * Compiles a pattern in RE2 syntax, which matches in linear time, anywhere in the text. The engine must be loaded.
 * @throws PatternError
 */
export function compilePattern(pattern: string, caseInsensitive: boolean): Pattern {
  const text = `${caseInsensitive ? "i" : "s"}${pattern}`;
  const known = shared.get(text);
  if (known !== undefined) return known;
  const compiled = newPattern(pattern, caseInsensitive);
  shared.add(text, compiled);
  return compiled;
}

function newPattern(pattern: string, caseInsensitive: boolean): Pattern {
  if (engine === undefined) throw new Error("a pattern was compiled before the pattern engine was loaded");
  const { RE2JS, RE2JSException } = engine;
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

export function isPatternEngineLoaded(): boolean {
  return engine !== undefined;
}

/** Loads the engine. Requests share no promise, because one that waits for another's promise can wait forever. */
export async function loadPatternEngine(): Promise<void> {
  engine ??= await import("./re2.ts");
}

/** A pattern is not valid; the message is RE2's. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}
