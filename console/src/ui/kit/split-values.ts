import { countText, listText } from "../../../../sdk/words/names.ts";

/** How text in double quotes is read: as in CSV, without its quotes, or as a string in JSON, which keeps them. */
export type Quotes = "csv" | "json";

const QUOTED: Record<Quotes, RegExp> = {
  csv: /[^\S\t\n\r]*"(?:[^"\n\r]|"")*(?:"|$)/y,
  json: /[^\S\t\n\r]*"(?:[^"\\\n\r]|\\.)*(?:"|$)/y,
};

/**
 * Splits text into values at commas, tabs and line breaks. Text in double quotes stays whole: `"Breda, NL"`. `rest` is
 * the text after the last separator, which a person may still be typing.
 */
export function splitValues(text: string, quotes: Quotes = "csv"): { values: string[]; rest: string } {
  const values: string[] = [];
  let start = 0;
  for (;;) {
    const end = endOfValue(text, start, quotes);
    if (end === -1) return { values: values.filter((value) => value !== ""), rest: text.slice(start) };
    values.push(valueOf(text.slice(start, end), quotes));
    start = end + 1;
  }
}

/** Returns all values of a text. */
export function allValues(text: string, quotes: Quotes = "csv"): string[] {
  const { values, rest } = splitValues(text, quotes);
  return [...values, valueOf(rest, quotes)].filter((value) => value !== "");
}

/** Returns the index of the separator after the value at `start`, or -1. A quote is closed in its line, or is text. */
function endOfValue(text: string, start: number, quotes: Quotes): number {
  const quoted = QUOTED[quotes];
  quoted.lastIndex = start;
  const separator = /[,\t\n\r]/g;
  separator.lastIndex = quoted.test(text) ? quoted.lastIndex : start;
  return separator.exec(text)?.index ?? -1;
}

/** Returns the value of one text without separators, without its spaces and, as in CSV, its quotes. */
function valueOf(text: string, quotes: Quotes): string {
  const trimmed = text.trim();
  const quoted = quotes === "csv" ? /^"((?:[^"]|"")*)"$/.exec(trimmed)?.[1] : undefined;
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

/** Says what was added: `Added 2 values. Already in the list: NL.` */
export function addedText({ fresh, duplicates }: { fresh: readonly string[]; duplicates: readonly string[] }): string {
  const [first] = fresh;
  const added = first === undefined ? "" : `Added ${fresh.length === 1 ? first : countText(fresh.length, "value")}. `;
  if (duplicates.length === 0) return added.trim();
  return `${added}Already in the list: ${someOf(duplicates)}.`;
}

/** The most values that are named. */
const NAMED = 5;

/** Names a few values, and says how many more there are. */
export function someOf(values: readonly string[]): string {
  return values.length > NAMED ? listText(values, "and", NAMED) : values.join(", ");
}
