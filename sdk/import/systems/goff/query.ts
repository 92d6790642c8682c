import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { MAX_FILE_LEVELS, tooDeepText } from "../../../../src/flags/formats/nesting.ts";
import { all, any, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { isBlocked, type Subject, subjectOf } from "./attributes.ts";
import { isPresent, lowerComparison, type Operand, type Relation, RELATIONS } from "./comparisons.ts";
import { lowerJsonLogic } from "./json-logic.ts";

/** Returns the condition of a query, which is JsonLogic if it is an object, and else the rule language of nikunjy. */
export function lowerQuery(query: string, place: string, notes: Notes): Lowered {
  const text = query.trim();
  if (text === "") return true;
  const logic = objectIn(text);
  if (logic !== undefined) return lowerJsonLogic(logic, place, notes);
  if (/[\r\n]/.test(text))
    throw new NotImportable(place, "it has several lines, which GO Feature Flag joins without a space");
  return new Parser(text, place, notes).query();
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const TOKEN =
  /\s*(?:(?<text>"(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[^"\\])*")|(?<version>\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)|(?<double>-?\d+\.\d+(?:[eE][+-]?\d+)?)|(?<integer>-?\d+(?![\w.]))|(?<name>[A-Za-z][\w:-]*(?:\.[A-Za-z][\w:-]*)*)|(?<sign>==|!=|>=|<=|[><()[\],]))/y;

const SIGNS: Record<string, Relation> = { "==": "eq", "!=": "ne", ">": "gt", "<": "lt", ">=": "ge", "<=": "le" };

type Kind = "text" | "version" | "double" | "integer" | "name" | "sign";

interface Token {
  kind: Kind;
  text: string;
}

/** Reads one query. `and` and `or` bind equally, from left to right. */
class Parser {
  readonly #tokens: Token[];
  readonly #place: string;
  readonly #notes: Notes;
  #at = 0;
  /** The number of open brackets. */
  #depth = 0;
  #comparisons = 0;
  #blocked: Lowered = false;

  constructor(text: string, place: string, notes: Notes) {
    this.#place = place;
    this.#notes = notes;
    this.#tokens = this.#tokensOf(text);
  }

  query(): Lowered {
    const condition = this.#expression();
    const rest = this.#next();
    if (rest !== undefined) this.#refuse(rest.text);
    return all(not(this.#blocked), condition);
  }

  #tokensOf(text: string): Token[] {
    const tokens: Token[] = [];
    const pattern = new RegExp(TOKEN);
    while (pattern.lastIndex < text.trimEnd().length) {
      const start = pattern.lastIndex;
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined) this.#refuse(text.slice(start, start + 20));
      for (const [kind, value] of Object.entries(groups ?? {}))
        if (value !== undefined) tokens.push({ kind: kind as Kind, text: value });
    }
    return tokens;
  }

  #refuse(text: string | undefined): never {
    const where = text === undefined ? "at its end" : `at "${text.trim()}"`;
    throw new NotImportable(this.#place, `the query cannot be read ${where}`);
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  /** Moves on if the next token is one of these texts. */
  #accept(...texts: string[]): string | undefined {
    const { kind = "text", text = "" } = this.#tokens[this.#at] ?? {};
    if (kind === "text" || !texts.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #expression(): Lowered {
    let left = this.#term();
    for (;;) {
      const operator = this.#accept("and", "or");
      if (operator === undefined) return left;
      const right = this.#term();
      left = operator === "and" ? all(left, right) : any(left, right);
    }
  }

  #term(): Lowered {
    const isNegated = this.#accept("not", "NOT") !== undefined;
    if (this.#accept("(") === undefined) {
      if (isNegated) this.#refuse(this.#next()?.text);
      return this.#comparison();
    }
    if (++this.#depth > MAX_FILE_LEVELS)
      throw new NotImportable(this.#place, `the query ${tooDeepText(MAX_FILE_LEVELS)}`);
    const inner = this.#expression();
    this.#depth--;
    if (this.#accept(")") === undefined) this.#refuse(this.#next()?.text);
    return isNegated ? not(inner) : inner;
  }

  #comparison(): Lowered {
    const name = this.#next();
    if (name?.kind !== "name") this.#refuse(name?.text);
    const subject = subjectOf((name as Token).text.split("."), this.#place);
    this.#guard(subject);
    if (this.#accept("pr") !== undefined) return isPresent(subject);
    const token = this.#next();
    const relation =
      SIGNS[token?.text ?? ""] ?? RELATIONS.find((one) => token?.text === one || token?.text === one.toUpperCase());
    if (relation === undefined) this.#refuse(token?.text);
    const operand = this.#operand();
    if (operand.type === "integers" && subject.steps.length > 1)
      this.#notes.approximate(this.#place, "whether a number inside an object is in a list depends on the SDK");
    return lowerComparison(subject, relation as Relation, operand, this.#place);
  }

  /** The library stops if a step is not an object, and compares the attribute before if a step is missing. */
  #guard(subject: Subject): void {
    this.#comparisons++;
    if (subject.steps.length === 1) {
      if (this.#comparisons > 1 && this.#hasDeepPath) this.#noteNested();
      return;
    }
    if (this.#comparisons > 1) this.#noteNested();
    this.#hasDeepPath = subject.steps.length > 2;
    this.#blocked = any(this.#blocked, isBlocked(subject));
  }

  #hasDeepPath = false;

  #noteNested(): void {
    this.#notes.approximate(
      this.#place,
      "if the object is missing, GO Feature Flag compares another comparison's attribute; Burgee compares nothing",
    );
  }

  #operand(): Operand {
    const token = this.#next();
    if (token === undefined) this.#refuse(undefined);
    const { kind, text } = token as Token;
    switch (kind) {
      case "text":
        return { type: "text", value: text.slice(1, -1) };
      case "version":
        if (valueProblem("semver_eq", text, "version-strict") !== undefined) this.#refuse(text);
        return { type: "version", value: text };
      case "double":
        return { type: "double", value: Number(text) };
      case "integer":
        if (!Number.isSafeInteger(Number(text))) this.#refuse(text);
        return { type: "integer", value: Number(text) };
      case "name":
        if (text === "true" || text === "false") return { type: "boolean", value: text === "true" };
        return text === "null" ? { type: "null" } : this.#refuse(text);
      case "sign":
        return text === "[" ? this.#list() : this.#refuse(text);
    }
  }

  #list(): Operand {
    const items: Token[] = [];
    do items.push(this.#next() ?? this.#refuse(undefined));
    while (this.#accept(",") !== undefined);
    if (this.#accept("]") === undefined) this.#refuse(this.#next()?.text);
    const kinds = new Set(items.map(({ kind }) => kind));
    const [kind] = kinds;
    if (kinds.size > 1) throw new NotImportable(this.#place, "a list has values of different types");
    if (kind === "text") return { type: "texts", values: items.map(({ text }) => text.slice(1, -1)) };
    const values = items.map(({ text }) => Number(text));
    if (kind === "integer" && values.every((value) => value >= 0)) return { type: "integers", values };
    return kind === "double" ? { type: "doubles", values } : this.#refuse(items[0]?.text);
  }
}
