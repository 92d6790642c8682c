/**
 * Splits text into values at commas, tabs and line breaks. Text in double quotes stays whole: `"Breda, NL"`. `rest` is
 * the text after the last separator, which a person may still be typing.
 */
export function splitValues(text: string): { values: string[]; rest: string } {
  const values: string[] = [];
  let start = 0;
  for (;;) {
    const end = endOfValue(text, start);
    if (end === -1) return { values: values.filter((value) => value !== ""), rest: text.slice(start) };
    values.push(unquote(text.slice(start, end)));
    start = end + 1;
  }
}

/** Returns the index of the separator after the value at `start`, or -1. A quote is closed in its line, or is text. */
function endOfValue(text: string, start: number): number {
  const quoted = /[^\S\t\n\r]*"(?:[^"\n\r]|"")*(?:"|$)/y;
  quoted.lastIndex = start;
  const separator = /[,\t\n\r]/g;
  separator.lastIndex = quoted.test(text) ? quoted.lastIndex : start;
  return separator.exec(text)?.index ?? -1;
}

/** Returns the value of one text without separators, without its spaces and quotes. */
export function unquote(text: string): string {
  const trimmed = text.trim();
  const quoted = /^"((?:[^"]|"")*)"$/.exec(trimmed)?.[1];
  return quoted === undefined ? trimmed : quoted.replaceAll('""', '"');
}

/** Adds values to a list, and returns those that were already in it or came twice. */
export function addValues(
  list: readonly string[],
  added: readonly string[],
): { values: string[]; fresh: string[]; duplicates: string[] } {
  const known = new Set(list);
  const fresh: string[] = [];
  const duplicates: string[] = [];
  for (const value of added) {
    if (known.has(value)) duplicates.push(value);
    else fresh.push(value);
    known.add(value);
  }
  return { values: [...list, ...fresh], fresh, duplicates };
}

/** Says what was added: `Added 2 values. Already in the list: NL`. */
export function addedText({ fresh, duplicates }: { fresh: readonly string[]; duplicates: readonly string[] }): string {
  const count = fresh.length;
  const added = count === 0 ? "" : `Added ${count === 1 ? (fresh[0] ?? "") : `${count.toLocaleString("en")} values`}. `;
  if (duplicates.length === 0) return added.trim();
  const named = duplicates.slice(0, 5).join(", ");
  const more = duplicates.length > 5 ? ` and ${(duplicates.length - 5).toLocaleString("en")} more` : "";
  return `${added}Already in the list: ${named}${more}`;
}
