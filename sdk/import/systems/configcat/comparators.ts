import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { AttributeCondition, AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, type Fields, textOf } from "../../lowering/source.ts";

/**
 * A condition on an attribute. ConfigCat skips the rule if the attribute is not usable, also if the comparator is
 * negative. `matches` is only true for usable attributes.
 */
export interface Comparison {
  matches: Lowered;
  usable: Lowered;
  isNegative: boolean;
}

/** Returns when the condition holds. */
export function holds({ matches, usable, isNegative }: Comparison): Lowered {
  return isNegative ? all(usable, not(matches)) : matches;
}

/** Returns when the condition is false, which is not the same as skipped. */
export function fails({ matches, usable, isNegative }: Comparison): Lowered {
  return isNegative ? matches : all(usable, not(matches));
}

/** A condition of a config, with the attribute that it reads. */
export interface Compared {
  attribute: AttributePath;
  condition: Fields;
  /** The salt of hashed values. `undefined` if the config has none. */
  salt: string | undefined;
  place: string;
}

type Lower = (compared: Compared) => Comparison;

const RELATIONS: Operator[] = ["lt", "lte", "gt", "gte"];

/** Comparators by number. Of each pair, the second is the negative one. */
const COMPARATORS: readonly (Lower | undefined)[] = [
  ...pair((one) => textIn(one, textValues(one))),
  ...pair((one) => textPart(one, "contains")),
  (one) => versionIn(one, false),
  (one) => versionIn(one, true),
  ...RELATIONS.map((operator): Lower => positive((one) => versionRelation(one, `semver_${operator}` as Operator))),
  ...pair((one) => numeric(one, "equals")),
  ...RELATIONS.map((operator): Lower => positive((one) => numeric(one, operator))),
  ...pair((one) => hashIn(one, textValues(one))),
  positive((one) => numeric(one, "lt")),
  positive((one) => numeric(one, "gt")),
  ...pair((one) => hashIn(one, [textValue(one)])),
  ...pair((one) => hashedPart(one, "first")),
  ...pair((one) => hashedPart(one, "last")),
  ...pair((one) => listHas(one, { read: { sha256: saltOf(one) } })),
  ...pair((one) => textIn(one, [textValue(one)])),
  ...pair((one) => textPart(one, "starts_with")),
  ...pair((one) => textPart(one, "ends_with")),
  ...pair((one) => listHas(one, {})),
];

type Parts = Omit<Comparison, "isNegative">;

function positive(lower: (compared: Compared) => Parts): Lower {
  return (compared) => ({ ...lower(compared), isNegative: false });
}

function pair(lower: (compared: Compared) => Parts): [Lower, Lower] {
  return [positive(lower), (compared) => ({ ...lower(compared), isNegative: true })];
}

/** Returns the comparison of a condition. */
export function lowerComparison(compared: Compared): Comparison {
  const lower = COMPARATORS[Number(compared.condition["c"])];
  if (lower === undefined)
    throw new NotImportable(at(compared.place, "c"), `the comparator ${String(compared.condition["c"])} is not known`);
  return lower(compared);
}

function textValue({ condition, place }: Compared): string {
  const text = textOf(condition["s"]);
  if (text === undefined) throw new NotImportable(at(place, "s"), "the comparison value is not a text");
  return text;
}

function textValues({ condition, place }: Compared): string[] {
  const texts = condition["l"];
  if (Array.isArray(texts) && texts.every((one) => typeof one === "string")) return texts;
  throw new NotImportable(at(place, "l"), "the comparison value is not a list of texts");
}

function saltOf({ salt, place }: Compared): string {
  if (salt === undefined) throw new NotImportable(place, "the config has no salt for hashed values");
  return salt;
}

/** Texts, numbers and booleans are compared as text. The empty text counts as missing. */
function hasText(attribute: AttributePath): Lowered {
  return leaf(attribute, "gt", [""], { read: "text" });
}

function textIn({ attribute }: Compared, values: readonly string[]): Parts {
  const matches = leaf(attribute, "in", withoutEmpty(values), { read: "text" });
  return { matches, usable: hasText(attribute) };
}

function withoutEmpty(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== "");
}

function textPart(compared: Compared, operator: Operator): Parts {
  const usable = hasText(compared.attribute);
  const values = textValues(compared);
  // Every text contains the empty one.
  if (values.includes("")) return { matches: usable, usable };
  return { matches: leaf(compared.attribute, operator, withoutEmpty(values), { read: "text" }), usable };
}

function hashIn(compared: Compared, hashes: readonly string[]): Parts {
  const salt = saltOf(compared);
  const ofEmpty = bytesToHex(sha256(utf8ToBytes(salt)));
  const values = withoutEmpty(hashes).filter((hash) => hash !== ofEmpty);
  const usable = hasText(compared.attribute);
  return { matches: leaf(compared.attribute, "in", values, { read: { sha256: salt } }), usable };
}

/** Values are `<count of bytes>_<hash of these bytes>`. */
function hashedPart(compared: Compared, end: "first" | "last"): Parts {
  const sha256 = saltOf(compared);
  const byLength = new Map<number, string[]>();
  for (const [i, value] of textValues(compared).entries()) {
    const [, digits, hash] = /^(\d+)_(.+)$/s.exec(value) ?? [];
    const bytes = Number(digits);
    if (hash === undefined || bytes < 1)
      throw new NotImportable(at(compared.place, "l", i), "the value is not a length and a hash");
    byLength.set(bytes, [...(byLength.get(bytes) ?? []), hash]);
  }
  const tests = [...byLength].map(([bytes, hashes]) =>
    leaf(compared.attribute, "in", hashes, { read: { sha256, [end]: bytes } }),
  );
  return { matches: any(...tests), usable: hasText(compared.attribute) };
}

function isVersion(text: string): boolean {
  return valueProblem("semver_eq", text) === undefined;
}

/** An equal or a greater version is a version, and so is a smaller one. */
function hasVersion(attribute: AttributePath): Lowered {
  return any(leaf(attribute, "semver_gte", ["0.0.0"]), leaf(attribute, "semver_lt", ["0.0.0"]));
}

/** A value that is not a version makes the condition false, also if the comparator is negative. */
function versionIn(compared: Compared, isNegative: boolean): Comparison {
  const usable = hasVersion(compared.attribute);
  const values = withoutEmpty(textValues(compared)).map((value) => value.trim());
  if (!values.every(isVersion)) return { matches: false, usable, isNegative: false };
  return { matches: leaf(compared.attribute, "semver_eq", values), usable, isNegative };
}

function versionRelation(compared: Compared, operator: Operator): Parts {
  const value = textValue(compared).trim();
  const usable = hasVersion(compared.attribute);
  return { matches: isVersion(value) && leaf(compared.attribute, operator, [value]), usable };
}

/** ConfigCat's JavaScript takes a 0 before white space for an octal number, which it does not read. */
const ZERO_BEFORE_SPACE = "^[\\s\\pZ\\x{0b}\\x{feff}]*0[\\s\\pZ\\x{0b}\\x{feff}]";
const NAN = "^[\\s\\pZ\\x{0b}\\x{feff}]*NaN[\\s\\pZ\\x{0b}\\x{feff}]*$";

function numeric({ attribute, condition, place }: Compared, operator: Operator): Parts {
  const value = condition["d"];
  if (typeof value !== "number") throw new NotImportable(at(place, "d"), "the comparison value is not a number");
  const test = (op: Operator, values: JsonScalar[]): Lowered => leaf(attribute, op, values, { read: "number-comma" });
  const isPlain = not(leaf(attribute, "matches", [ZERO_BEFORE_SPACE]));
  const isNumber = all(isPlain, any(test("gte", [0]), test("lt", [0])));
  return {
    matches: all(isPlain, test(operator, [value])),
    // The text "NaN" can be compared. It equals no number.
    usable: any(isNumber, leaf(attribute, "matches", [NAN])),
  };
}

function listHas(compared: Compared, options: Pick<AttributeCondition, "read">): Parts {
  const { attribute } = compared;
  const isList = leaf(attribute, "equals", ["array"], { read: "type" });
  const others = ["number", "boolean", "null", "object", "array"];
  const hasOther = leaf(attribute, "in", others, { read: "type", each: true });
  const usable = all(isList, not(hasOther));
  const matches = leaf(attribute, "in", [...new Set(textValues(compared))], { ...options, each: true });
  return { matches: matches === false ? false : all(usable, matches), usable };
}
