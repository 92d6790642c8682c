/** Control characters, invisible formatting such as text direction, lone surrogates, and separators of lines. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Joiners belong to ordinary text: emoji, and several scripts. */
const JOINERS = new Set(["\u200C", "\u200D"]);

/**
 * Escapes the characters that a terminal would act on. The escapes are those of JSON, so that JSON keeps its meaning.
 * Other people write names and texts, which could otherwise clear the screen or overwrite earlier output. Line ends and
 * tabs stay.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(UNSAFE, (found) => (found === "\n" || found === "\t" ? found : escapeOf(found)));
}

/** Escapes line ends and tabs too, so that the text cannot pass for a line or a column of the output. */
export function oneLine(text: string): string {
  return text.replaceAll(UNSAFE, escapeOf);
}

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(found: string): string {
  if (JOINERS.has(found)) return found;
  return SHORT[found] ?? [...Array(found.length).keys()].map((i) => unitOf(found.charCodeAt(i))).join("");
}

function unitOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
