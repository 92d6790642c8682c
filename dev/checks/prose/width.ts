import type { Finding, Passage } from "./passage.ts";

/** The widest line of prose in a page. */
export const PAGE_WIDTH = 100;

/** Finds lines with a comment that are wider than the formatter's width, which does not wrap comments itself. */
export function checkCommentWidth(source: string, comments: readonly Passage[], width: number): Finding[] {
  const lines = source.split("\n");
  const numbers = new Set(comments.flatMap(({ line, text }) => text.split("\n").map((_, offset) => line + offset)));
  return [...numbers].flatMap((line) => checkWidth(lines[line - 1] ?? "", line, width));
}

/** Finds a line wider than `width`. A single word, such as an address, cannot be wrapped. */
export function checkWidth(text: string, line: number, width: number): Finding[] {
  const { length } = text;
  const isOneWord = !/\S\s+\S/.test(text.replace(/^[\s/*#>-]+/, ""));
  if (length <= width || isOneWord) return [];
  return [{ rule: "width", line, message: `the line has ${length} columns; the limit is ${width}` }];
}
