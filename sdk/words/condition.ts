/** Conditions in words. */
import type { AttributePath, Condition } from "../client/contract.ts";
import { type Read, readingText } from "../client/reader-text.ts";
import { bracketed, schemeRemark } from "../client/scheme-text.ts";
import { countPacked } from "../../src/flags/hashes/packed-hashes.ts";
import { countText, listText, nameText, valueText } from "./names.ts";
import { NEGATED_OPERATOR_TEXTS, OPERATOR_TEXTS } from "./operators.ts";
import { percentText } from "./share.ts";

type Leaf = Extract<Condition, { attribute: unknown }>;
type Bucket = Extract<Condition, { bucket: unknown }>["bucket"];

/** The number of values that a short text names. */
const FEW = 3;

/** The number of values that a full text names. More of them would hide the rest of the sentence. */
export const MANY_VALUES = 20;

/** Returns a condition: `plan is pro and country is DE or FR`. A short text names the first values only. */
export function conditionText(condition: Condition, isShort = true): string {
  if ("all" in condition) return condition.all.map((part) => innerText(part, isShort)).join(" and ");
  if ("any" in condition) return condition.any.map((part) => innerText(part, isShort)).join(" or ");
  if ("not" in condition) return notText(condition.not, isShort);
  if ("segment" in condition) return `in segment ${nameText(condition.segment)}`;
  if ("flag" in condition) return servesText(condition.flag, condition.variants);
  if ("bucket" in condition) return bucketText(condition.bucket, isShort);
  return leafText(condition, false, isShort);
}

/** `checkout serves on or beta` */
export function servesText(flag: string, variants: readonly string[]): string {
  return `${flag || "…"} serves ${listText(variants.map(nameText), "or")}`;
}

/** `is below`, `has an element that (read as number) is below` */
export function testText(operator: string, read: Read | undefined, each: boolean | undefined): string {
  const text = (OPERATOR_TEXTS as Readonly<Record<string, string>>)[operator] ?? operator;
  return [readText(read, each), text].filter(Boolean).join(" ");
}

/** Returns the path of an attribute: `plan`, `user/plan`. As in a JSON pointer, `~1` is a slash inside a name. */
export function pathText(path: AttributePath): string {
  return typeof path === "string"
    ? path
    : path.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/** `by accountId, otherwise targetingKey` */
export function byText(by: readonly AttributePath[]): string {
  return `by ${by.map(pathText).join(", otherwise ")}`;
}

/** Returns a condition inside a group: another group is in brackets. */
export function innerText(condition: Condition, isShort: boolean): string {
  const isGroup = "all" in condition || "any" in condition;
  return isGroup ? `(${conditionText(condition, isShort)})` : conditionText(condition, isShort);
}

function notText(condition: Condition, isShort: boolean): string {
  if ("segment" in condition) return `not in segment ${nameText(condition.segment)}`;
  // "has an element that is not x" is not the opposite of "has an element that is x".
  if ("attribute" in condition && condition.each !== true) return leafText(condition, true, isShort);
  return `not (${conditionText(condition, isShort)})`;
}

function leafText(leaf: Leaf, isNegated: boolean, isShort: boolean): string {
  const { attribute, operator, values, packed, read, each } = leaf;
  const subject = [pathText(attribute) || "…", readText(read, each)].filter(Boolean).join(" ");
  return `${subject} ${comparisonText()}${bracketed(remarksOf(leaf, isNegated))}`;

  function comparisonText(): string {
    const texts = isNegated ? NEGATED_OPERATOR_TEXTS : OPERATOR_TEXTS;
    const text = texts[operator];
    if (packed !== undefined) return `${texts.in} ${countText(countPacked(packed), "hash", "hashes")}`;
    if (values === undefined) return text;
    const shown = values.map(valueText);
    const list = (word: "and" | "or"): string =>
      shown.length === 0 ? "…" : listText(shown, word, isShort ? FEW : MANY_VALUES);
    const hasMany = shown.length > 1;
    const does = isNegated ? "does not contain" : "contains";
    if (operator === "between") return `${text} ${pairsOf(shown)}`;
    if (operator === "array_contains_all") return `${does} ${hasMany ? "all of " : ""}${list("and")}`;
    if (operator === "array_contains_any") {
      return isNegated && hasMany ? `contains none of ${list("or")}` : `${does} ${list("or")}`;
    }
    if (operator !== "equals" && operator !== "in") return `${text} ${list("or")}`;
    return isNegated && hasMany ? `is none of ${list("or")}` : `is ${isNegated ? "not " : ""}${list("or")}`;
  }
}

/** `1 and 5 or 10 and 20` */
function pairsOf(bounds: readonly string[]): string {
  if (bounds.length === 0) return "…";
  const pairs: string[] = [];
  for (let i = 0; i < bounds.length; i += 2) pairs.push(`${bounds[i]} and ${bounds[i + 1] ?? "…"}`);
  return pairs.join(" or ");
}

/** `(read as a number, also one in text)`, `has an element that` */
export function readText(read: Read | undefined, each: boolean | undefined): string {
  const reading = read === undefined ? "" : `(read as ${readingText(read)})`;
  return [each === true && "has an element that", reading].filter(Boolean).join(" ");
}

/** Returns the options of a test, or of its opposite, that stand in brackets after it. */
export function remarksOf({ caseInsensitive, missing, invalid }: Leaf, isNegated: boolean): string[] {
  const remark = (truth: boolean | "unknown" | undefined, state: string): string[] => {
    if (truth === undefined || truth === false) return [];
    if (truth === "unknown") return [`unknown if ${state}`];
    return [isNegated ? `false if ${state}` : `also if ${state}`];
  };
  // The default of `invalid`, as the evaluator has it.
  const unusable = invalid ?? (missing === "unknown" ? missing : undefined);
  return [
    ...(caseInsensitive === true ? ["ignoring case"] : []),
    ...(missing === unusable
      ? remark(missing, "missing or not comparable")
      : [...remark(missing, "missing"), ...remark(unusable, "not comparable")]),
  ];
}

function bucketText({ by, salt, hash, total, ranges }: Bucket, isShort: boolean): string {
  const parts = ranges.map(([from, to]) =>
    from === 0 ? `the first ${percentText(to, total)}` : `${percentText(from, total)} to ${percentText(to, total)}`,
  );
  const remarks = isShort ? [] : [byText(by), `salt ${valueText(salt)}`];
  return `in ${listText(parts, "or")}${bracketed([...remarks, ...schemeRemark(hash)])}`;
}
