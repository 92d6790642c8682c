import { type ESTree, parseSync, Visitor } from "vite";
import { blank, EXPRESSION, type Passage } from "./passage.ts";
import { type TestTitle, testTitle } from "./test-titles.ts";

/** The text of one TypeScript or JavaScript file that people read. */
export interface CodeText {
  readonly comments: Passage[];
  /** Text in string literals, templates and JSX that has at least two words. */
  readonly messages: Passage[];
  readonly titles: TestTitle[];
}

interface Comment {
  readonly type: "Line" | "Block";
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Reads the comments, messages and test titles of one file. @throws SyntaxError if the file cannot be parsed */
export function readCode(path: string, source: string): CodeText {
  const { program, comments, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`);
  const lineOf = lineFinder(source);
  return { comments: commentPassages(source, comments, lineOf), ...readStrings(program, source, lineOf) };
}

/** Returns a function that gives the line, counted from 1, of a position in the source. */
function lineFinder(source: string): (position: number) => number {
  const starts = [0];
  for (const { index } of source.matchAll(/\n/g)) starts.push(index + 1);
  return (position) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Comments on consecutive lines are one passage, because a sentence may run over all of them. */
function commentPassages(
  source: string,
  comments: readonly Comment[],
  lineOf: (position: number) => number,
): Passage[] {
  const passages: Passage[] = [];
  let previous: { end: number; line: number } | undefined;
  for (const { type, value, start, end } of comments) {
    const line = lineOf(start);
    const last = passages.at(-1);
    const continues =
      type === "Line" && last !== undefined && previous !== undefined && previous.line === line - 1
        ? source.slice(previous.end, start).trim() === ""
        : false;
    if (continues && last !== undefined) {
      passages[passages.length - 1] = { ...last, text: `${last.text}\n${value}` };
    } else {
      passages.push({ kind: "comment", line, text: type === "Line" ? value : value.replace(/^[ \t]*\*+/gm, "") });
    }
    previous = type === "Line" ? { end, line } : undefined;
  }
  return passages;
}

function readStrings(
  program: ESTree.Program,
  source: string,
  lineOf: (position: number) => number,
): { messages: Passage[]; titles: TestTitle[] } {
  const messages: Passage[] = [];
  const titles: TestTitle[] = [];
  const titleRanges: [number, number][] = [];
  const add = (start: number, text: string): void => {
    if (titleRanges.some(([from, to]) => start >= from && start < to)) return;
    if (/\p{L}{2}\P{L}+\p{L}|[\d¤]\s%/u.test(text)) messages.push({ kind: "message", line: lineOf(start), text });
  };
  new Visitor({
    CallExpression(call) {
      const title = testTitle(call, source);
      if (title === undefined) return;
      titles.push({ ...title, line: lineOf(title.start) });
      titleRanges.push([title.start, title.end]);
    },
    Literal({ value, start, end }) {
      if (typeof value === "string") add(start, source.slice(start + 1, end - 1));
    },
    TemplateLiteral(template) {
      add(template.start, templateText(template, source));
    },
    JSXText({ start, end }) {
      const follows = source[start - 1] === "}" ? EXPRESSION : "";
      add(start, follows + source.slice(start, end));
    },
  }).visit(program);
  return { messages, titles };
}

/** A template's text with a placeholder for each expression, and with the line breaks of the source. */
export function templateText({ start, end, expressions }: ESTree.TemplateLiteral, source: string): string {
  let text = "";
  let at = start + 1;
  for (const expression of expressions) {
    const opening = source.lastIndexOf("${", expression.start);
    const closing = source.indexOf("}", expression.end) + 1;
    text += source.slice(at, opening) + blank(source.slice(opening, closing), EXPRESSION);
    at = closing;
  }
  return text + source.slice(at, end - 1);
}
