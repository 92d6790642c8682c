/** The conditions whose parts a sentence can edit: tests of attributes and segments, joined by "and" or "or". */
import type { Condition } from "../../../../sdk/client/contract.ts";
import { timeText } from "../../../../sdk/words/time.ts";
import { SINGLE_VALUE_OPERATORS, valueKindOf } from "../../../../src/flags/value-kinds.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { emptyLeaf, type Leaf } from "../condition/condition.ts";
import { notationOf, valueText } from "../condition/values.ts";

export interface Conjunction {
  joint: "AND" | "OR";
  parts: readonly Condition[];
  /** The steps from the condition to each part in a JSON pointer. */
  pointerOf(index: number): string;
}

/** Returns the parts of a condition on its highest level. */
export function conjunctionOf(condition: Condition): Conjunction {
  if ("all" in condition) return { joint: "AND", parts: condition.all, pointerOf: (i) => `/all/${i}` };
  if ("any" in condition) return { joint: "OR", parts: condition.any, pointerOf: (i) => `/any/${i}` };
  return { joint: "AND", parts: [condition], pointerOf: () => "" };
}

/** Returns the condition with another part in the place of one. */
export function withPart(condition: Condition, index: number, part: Condition): Condition {
  if ("all" in condition) return { all: condition.all.with(index, part) };
  if ("any" in condition) return { any: condition.any.with(index, part) };
  return part;
}

/** Returns the condition with one more part, which is to be filled in. */
export function withNewPart(condition: Condition | undefined): Condition {
  if (condition === undefined) return emptyLeaf();
  if ("all" in condition) return { all: [...condition.all, emptyLeaf()] };
  if ("any" in condition) return { any: [...condition.any, emptyLeaf()] };
  return { all: [condition, emptyLeaf()] };
}

/** Returns the condition without one of its parts, or `undefined` if it has no other. */
export function withoutPart(condition: Condition, index: number): Condition | undefined {
  const { parts } = conjunctionOf(condition);
  const rest = parts.toSpliced(index, 1);
  if (rest.length < 2) return rest[0];
  return "any" in condition ? { any: rest } : { all: rest };
}

export interface AttributeTest {
  leaf: Leaf;
  /** Whether the condition is the opposite of the test. */
  isNegated: boolean;
}

/** Returns the test of an attribute that a sentence can edit, or `undefined`. A person cannot read hashes. */
export function attributeTestOf(condition: Condition): AttributeTest | undefined {
  const isNegated = "not" in condition;
  const leaf = isNegated ? condition.not : condition;
  if (!("attribute" in leaf) || leaf.packed !== undefined) return undefined;
  // "has an element that is not x" is not the opposite of "has an element that is x".
  if (valueKindOf(leaf.operator, leaf.read) === "hash" || (isNegated && leaf.each === true)) return undefined;
  return { leaf, isNegated };
}

export function conditionOfAttribute({ leaf, isNegated }: AttributeTest): Condition {
  return isNegated ? { not: leaf } : leaf;
}

export interface SegmentTest {
  segment: string;
  /** Whether the condition is that somebody is not in the segment. */
  isNegated: boolean;
}

/** Returns the test of a segment, or `undefined` if the condition is something else. */
export function segmentTestOf(condition: Condition): SegmentTest | undefined {
  if ("segment" in condition) return { segment: condition.segment, isNegated: false };
  if ("not" in condition && "segment" in condition.not) return { segment: condition.not.segment, isNegated: true };
  return undefined;
}

export function conditionOfSegment({ segment, isNegated }: SegmentTest): Condition {
  return isNegated ? { not: { segment } } : { segment };
}

export interface ShownValues {
  texts: readonly string[];
  /** Whether each text is one value, which can be removed by itself. */
  isRemovable: boolean;
}

/** Returns the values of a leaf as the texts of its chips, or `undefined` if its operator takes none. */
export function shownValues({ operator, read, values = [] }: Leaf): ShownValues | undefined {
  const kind = valueKindOf(operator, read);
  if (kind === "none") return undefined;
  if (kind === "range") {
    const pairs = values.flatMap((from, i) => (i % 2 === 0 ? [`${from} and ${values[i + 1] ?? "…"}`] : []));
    return { texts: pairs, isRemovable: false };
  }
  if (kind === "instant") {
    const texts = values.filter((value) => value !== "").map((value) => timeText(value as string, LOCAL_ZONE));
    return { texts, isRemovable: false };
  }
  const notation = notationOf(values);
  const isRemovable = !SINGLE_VALUE_OPERATORS.has(operator) && kind !== "pattern" && kind !== "json";
  return { texts: values.map((value) => valueText(value, notation)), isRemovable };
}
