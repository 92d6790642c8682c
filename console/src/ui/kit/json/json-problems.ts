import { type JSONVisitor, printParseErrorCode, visit } from "jsonc-parser";
import { tooDeepText } from "../../../../../src/flags/formats/nesting.ts";
import { LIMITS } from "../../../../../src/flags/limits.ts";

/** A mistake in JSON text. Lines and columns count from 1. */
export interface JsonProblem {
  line: number;
  column: number;
  offset: number;
  length: number;
  message: string;
}

const MESSAGES: Readonly<Record<string, string>> = {
  InvalidNumberFormat: "this is not a number",
  PropertyNameExpected: "a key in double quotes is missing",
  ValueExpected: "a value is missing",
  ColonExpected: "a colon is missing",
  CloseBraceExpected: "} is missing",
  CloseBracketExpected: "] is missing",
  EndOfFileExpected: "nothing may follow the value",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: 'the closing " is missing',
  UnexpectedEndOfNumber: "the number is not complete",
  InvalidUnicode: "\\u needs four hexadecimal digits",
  InvalidEscapeCharacter: "this escape does not exist; write \\\\ for a backslash",
  InvalidCharacter: "this character needs an escape, such as \\n for a line break",
};

/** Stops the parser when it is thrown, because the parser recurses and deeper text would overflow the stack. */
const TOO_DEEP = new Error(tooDeepText(LIMITS.jsonDepth));

/**
 * Returns the mistakes in JSON text: keys that occur twice in one object, and the first mistake of its syntax, because
 * later ones usually follow from it. JSON with more levels than the API accepts is a mistake too.
 */
export function jsonProblems(text: string): JsonProblem[] {
  const problems: JsonProblem[] = [];
  const add = (message: string, offset: number, length: number, line: number, character: number): void =>
    // The parser counts the missing end of a comment, too.
    void problems.push({
      message,
      offset,
      length: Math.min(length, text.length - offset),
      line: line + 1,
      column: character + 1,
    });
  // The keys of each open object. An open array has none.
  const open: (Set<string> | undefined)[] = [];
  let isBroken = false;
  const begin =
    (keys: () => Set<string> | undefined) =>
    (offset: number, length: number, line: number, character: number): void => {
      if (open.push(keys()) <= LIMITS.jsonDepth) return;
      if (!isBroken) add(`this ${TOO_DEEP.message}`, offset, length, line, character);
      throw TOO_DEEP;
    };
  const visitor: JSONVisitor = {
    onObjectBegin: begin(() => new Set()),
    onObjectEnd: () => void open.pop(),
    onArrayBegin: begin(() => undefined),
    onArrayEnd: () => void open.pop(),
    onObjectProperty(key, offset, length, line, character) {
      const keys = open.at(-1);
      if (keys?.has(key) === true)
        add(`the key "${key}" is already used in this object`, offset, length, line, character);
      keys?.add(key);
    },
    onError(code, offset, length, line, character) {
      if (isBroken) return;
      isBroken = true;
      const name = printParseErrorCode(code);
      const comma = `a comma or ${open.at(-1) === undefined ? "]" : "}"} is missing`;
      const message = name === "CommaExpected" ? comma : (MESSAGES[name] ?? "this is not JSON");
      add(message, offset, length, line, character);
    },
  };
  try {
    visit(text, visitor, { disallowComments: true });
  } catch (error) {
    if (error !== TOO_DEEP) throw error;
  }
  return problems;
}

/** Writes a problem with its place: `line 2, column 8: a value is missing`. */
export function jsonProblemText({ line, column, message }: JsonProblem): string {
  return `line ${line}, column ${column}: ${message}`;
}
