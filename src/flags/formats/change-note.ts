/** Notes that say why a change was made, as they travel in the header X-Change-Note. */
import { PLAIN_NAME_PATTERN, PLAIN_NAME_RULE } from "../limits.ts";

/** The number of characters in a note. As a header it is at most twelve times as long. */
export const MAX_NOTE_LENGTH = 500;

/** Returns why a text cannot be a note; `undefined` if it can. */
export function noteProblem(text: string): string | undefined {
  const { length } = Array.from(text);
  if (length > MAX_NOTE_LENGTH) return `must not exceed ${MAX_NOTE_LENGTH} characters (it has ${length})`;
  if (!text.isWellFormed()) return "must not contain half of a surrogate pair";
  return PLAIN_NAME_PATTERN.test(text) ? undefined : PLAIN_NAME_RULE;
}
