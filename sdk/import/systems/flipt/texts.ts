/** How Flipt reads the texts of a context. Numbers and booleans in a context count as their texts. */
import type { AttributePath } from "../../../../src/flags/document.ts";
import { toInstant } from "../../../../src/flags/operator-values.ts";
import { all, any, isOneOf, leaf, type Lowered, not } from "../../lowering/condition.ts";
import type { Engine } from "./engine.ts";

const TEXT = { read: "text" } as const;
const NUMBER = { read: "number" } as const;

/** A character other than the white space that Go trims. */
const VISIBLE = "[^\\s\\v\\x{85}\\p{Z}]";

/** Returns whether a value is there. A missing value is the empty text to Flipt. */
export function hasText(attribute: AttributePath): Lowered {
  return leaf(attribute, "matches", ["(?s)^."], TEXT);
}

/** Returns whether Flipt takes a value for present. The server ignores values of white space only. */
export function isPresent(attribute: AttributePath, engine: Engine): Lowered {
  return engine === "server" ? leaf(attribute, "matches", [VISIBLE], TEXT) : hasText(attribute);
}

export function isIn(attribute: AttributePath, values: readonly string[]): Lowered {
  return isOneOf(
    attribute,
    values.filter((value) => value !== ""),
    TEXT,
  );
}

export function contains(attribute: AttributePath, value: string): Lowered {
  return value === "" ? hasText(attribute) : leaf(attribute, "contains", [value], TEXT);
}

/** The server does not see the white space around a value. */
export function beginsOrEnds(attribute: AttributePath, isPrefix: boolean, value: string, engine: Engine): Lowered {
  if (value === "") return hasText(attribute);
  const plain = leaf(attribute, isPrefix ? "starts_with" : "ends_with", [value], TEXT);
  if (engine === "client") return plain;
  const space = "[\\s\\v\\x{85}\\p{Z}]*";
  const quoted = value.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const isTrimmed = value.trim() === value;
  // White space at the outer end of the value is never there, and at the inner end only before other text.
  if (isPrefix ? value.trimStart() !== value : value.trimEnd() !== value) return false;
  if (isPrefix) return leaf(attribute, "matches", [`(?s)^${space}${quoted}${isTrimmed ? "" : `.*${VISIBLE}`}`], TEXT);
  return leaf(attribute, "matches", [`(?s)${isTrimmed ? "" : `${VISIBLE}.*`}${quoted}${space}$`], TEXT);
}

/** The numbers that an engine reads. The client reads whole numbers of 32 bits. */
const NUMBERS: Record<Engine, string> = {
  server: "^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,2})?$",
  client: "^[+-]?\\d+$",
};
const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;

/** Returns the number that an engine reads from the text of a constraint. */
export function numberIn(text: string, engine: Engine): number | undefined {
  if (!new RegExp(NUMBERS[engine]).test(text)) return undefined;
  const number = Number(text);
  return engine === "server" || isInt32(number) ? number : undefined;
}

function isInt32(number: number): boolean {
  return Number.isInteger(number) && number >= INT32[0] && number <= INT32[1];
}

/** Returns the numbers in the text of a constraint, or `undefined` if an engine cannot read them. */
export function numbersIn(text: string, engine: Engine): number[] | undefined {
  const list = parsedList(text);
  if (list === undefined || !list.every((one) => typeof one === "number")) return undefined;
  // The client takes 1.0 for no whole number.
  const isReadable = engine === "server" || (list.every(isInt32) && !/[.eE]/.test(text));
  return isReadable ? list : undefined;
}

/** Returns the texts in the text of a constraint. The client cannot read escapes. */
export function textsIn(text: string, engine: Engine): string[] | undefined {
  const list = parsedList(text);
  if (list === undefined || !list.every((one) => typeof one === "string")) return undefined;
  return engine === "client" && text.includes("\\") ? undefined : list;
}

function parsedList(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isNumber(attribute: AttributePath, engine: Engine): Lowered {
  const form = leaf(attribute, "matches", [NUMBERS[engine]], TEXT);
  return engine === "server"
    ? form
    : all(form, leaf(attribute, "gte", [INT32[0]], NUMBER), leaf(attribute, "lte", [INT32[1]], NUMBER));
}

export function comparesNumber(attribute: AttributePath, operator: string, number: number): Lowered | undefined {
  switch (operator) {
    case "eq":
      return leaf(attribute, "equals", [number], NUMBER);
    case "neq":
      return not(leaf(attribute, "equals", [number], NUMBER));
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return leaf(attribute, operator, [number], NUMBER);
    default:
      return undefined;
  }
}

/** The texts that an engine reads as true and false. */
export const BOOLEANS: Record<Engine, { true: string[]; false: string[] }> = {
  server: { true: ["1", "t", "T", "TRUE", "true", "True"], false: ["0", "f", "F", "FALSE", "false", "False"] },
  client: { true: ["true"], false: ["false"] },
};

/** The dates that Flipt and Burgee read alike. The server also reads a day. */
const TIME = "T\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)";
const DATES: Record<Engine, string> = {
  server: `^\\d{4}-\\d\\d-\\d\\d(?:${TIME})?$`,
  client: `^\\d{4}-\\d\\d-\\d\\d${TIME}$`,
};
/** The units in which an engine compares, in ms. */
const UNITS: Record<Engine, number> = { server: 1, client: 1000 };

export function comparesDate(
  attribute: AttributePath,
  operator: string,
  value: string,
  engine: Engine,
): Lowered | undefined {
  const unit = UNITS[engine];
  // The client also reads small letters and a space.
  const text = engine === "client" ? value.toUpperCase().replace(" ", "T") : value;
  const ms = new RegExp(DATES[engine]).test(text) ? toInstant(text) : Number.NaN;
  const start = Math.floor(ms / unit) * unit;
  const before = (end: number): Lowered => leaf(attribute, "before", [new Date(end).toISOString()]);
  const from = (first: number): Lowered => leaf(attribute, "after", [new Date(first - 1).toISOString()]);
  const tests: Record<string, () => Lowered> = {
    eq: () => all(from(start), before(start + unit)),
    neq: () => any(before(start), from(start + unit)),
    lt: () => before(start),
    lte: () => before(start + unit),
    gt: () => from(start + unit),
    gte: () => from(start),
  };
  const test = Object.hasOwn(tests, operator) ? tests[operator] : undefined;
  if (test === undefined) return undefined;
  return !Number.isNaN(ms) && all(leaf(attribute, "matches", [DATES[engine]], TEXT), test());
}
