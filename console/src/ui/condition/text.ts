/** Conditions as one line of text. */
import type { Condition } from "../../../../sdk/client/contract.ts";
import { bracketed, schemeRemark } from "../../../../sdk/client/scheme-text.ts";
import { type Read, readingText } from "../../../../sdk/client/reader-text.ts";
import { OPERATOR_GROUPS, type Scalar } from "./condition.ts";
import { countPacked } from "../../../../src/flags/hashes/packed-hashes.ts";
import { hashesText } from "./hashed.ts";
import { percentText } from "../fields/percent.ts";
import { pathText } from "./values.ts";

const OPERATOR_TEXTS = new Map<string, string>(OPERATOR_GROUPS.flatMap(({ operators }) => operators));

/** `plan equals pro and country is one of DE, FR` */
export function conditionText(condition: Condition): string {
  if ("all" in condition) return condition.all.map(inner).join(" and ");
  if ("any" in condition) return condition.any.map(inner).join(" or ");
  if ("not" in condition) return `not ${inner(condition.not)}`;
  if ("segment" in condition) return `in segment ${condition.segment}`;
  if ("flag" in condition) return `${condition.flag} serves ${condition.variants.join(" or ")}`;
  if ("bucket" in condition) {
    const { total, hash, ranges: parts } = condition.bucket;
    const ranges = parts.map(([from, to]) => `${percentText(from, total)} to ${percentText(to, total)}`);
    return `in buckets ${ranges.join(", ")}${bracketed(schemeRemark(hash))}`;
  }
  const { attribute, operator, values, packed, read, each } = condition;
  const test = testText(operator, read, each);
  const text = `${pathText(attribute) || "…"} ${test}`;
  if (packed !== undefined) return `${text} ${hashesText(countPacked(packed))}`;
  return values === undefined ? text : `${text} ${valuesText(values)}`;
}

/** `is below`, `has an element that (read as number) is below` */
export function testText(operator: string, read: Read | undefined, each: boolean | undefined): string {
  const reading = read === undefined ? "" : `(read as ${readingText(read)})`;
  const text = OPERATOR_TEXTS.get(operator) ?? operator;
  return [each === true && "has an element that", reading, text].filter(Boolean).join(" ");
}

function inner(condition: Condition): string {
  const isGroup = "all" in condition || "any" in condition;
  return isGroup ? `(${conditionText(condition)})` : conditionText(condition);
}

const SHOWN = 3;

function valuesText(values: Scalar[]): string {
  const shown = values.slice(0, SHOWN).map(String).join(", ") || "…";
  return values.length > SHOWN ? `${shown} and ${values.length - SHOWN} more` : shown;
}
