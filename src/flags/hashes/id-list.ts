/** A list of plain ids as people have it: one in each line, or a CSV file whose first column has them. */

/** The ids of a list. */
export interface IdList {
  /** The different ids, in the order of the list. */
  ids: string[];
  /** The number of lines with an id that an earlier line has. */
  repeated: number;
}

/** The text is not a list of ids. The message names the line. */
export class IdListError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IdListError";
  }
}

/**
 * Reads the first column of each line. White space around an id does not count, and lines without an id are skipped.
 * Case and Unicode form stay as they are, because the evaluator hashes an attribute as it is. Throws IdListError.
 */
export function parseIds(text: string, { hasHeader = false } = {}): IdList {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return listOf(lines.map((line, i) => (hasHeader && i === 0 ? "" : firstColumn(line.trim(), i + 1))));
}

/** Returns the different texts that are not blank, without the white space around them. */
export function listOf(texts: readonly string[]): IdList {
  const present = texts.map((text) => text.trim()).filter((text) => text !== "");
  const ids = [...new Set(present)];
  return { ids, repeated: present.length - ids.length };
}

function firstColumn(line: string, number: number): string {
  if (!line.startsWith('"')) return line.split(",", 1)[0] ?? "";
  const quoted = /^"((?:[^"]|"")*)"\s*(?:,|$)/.exec(line);
  if (quoted === null)
    throw new IdListError(`line ${number}: the quote of the first column is not closed before a comma`);
  return (quoted[1] ?? "").replaceAll('""', '"');
}
