/** One stretch of text that people read, with its place in the file. */
export interface Passage {
  readonly kind: "comment" | "title" | "message" | "page";
  /** Line at which the text begins, counted from 1. */
  readonly line: number;
  /** The text without comment markers. It has the line breaks of the file, so that each sentence's line is known. */
  readonly text: string;
}

/** One place that breaks a rule. */
export interface Finding {
  readonly rule: Rule;
  readonly line: number;
  readonly message: string;
}

export const RULES = ["opening", "fragment", "answer", "width", "title", "reference", "percent"] as const;

export type Rule = (typeof RULES)[number];

/** Stands for an expression inside a template or between two pieces of JSX text. */
export const EXPRESSION = "¤";

/** Replaces a stretch by filler of the same length, so that positions and line breaks stay where they are. */
export function blank(stretch: string, filler = " "): string {
  return stretch.replace(/[^\n]/g, filler);
}

/** The line of the file at `index` of the passage's text. */
export function lineAt(passage: Passage, index: number): number {
  return passage.line + (passage.text.slice(0, index).match(/\n/g)?.length ?? 0);
}
