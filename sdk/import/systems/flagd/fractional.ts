import { SCHEMES } from "../../../../src/evaluation/hashing/schemes/schemes.ts";
import type { SchemeName } from "../../../../src/flags/formats/hash-schemes.ts";
import { firstBucket } from "../../lowering/first-bucket.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, type Bucketing, bucketIn, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at } from "../../lowering/source.ts";
import { branch } from "./compare.ts";
import {
  argumentsOf,
  isOfType,
  isTruthy,
  type LowerTest,
  operandOf,
  operationOf,
  pathOf,
  type Scope,
  type Test,
} from "./scope.ts";

/** The variant of a slice. `null` gives the flag's default. */
export type SliceVariant = string | number | boolean | null;

export interface Slice {
  variant: SliceVariant;
  from: number;
  to: number;
}

/** A `fractional` whose weights are known. */
export interface Fraction {
  /** `undefined` if everybody has the same key. */
  bucketing: Bucketing | undefined;
  slices: Slice[];
  /** Subjects with the same key as all others like them, and what they get. */
  constants: { when: Lowered; variant: SliceVariant }[];
}

/** A `fractional` whose variants, weights or key depend on a condition. */
export interface Choice {
  condition: unknown;
  whenTrue: readonly unknown[];
  whenFalse: readonly unknown[];
}

const MAX_TOTAL = 2 ** 31 - 1;
const SPACE_1 = 2 ** 31 + 1;

/** Returns the first condition in a list of arguments, taken out of it. */
export function choiceIn(list: readonly unknown[]): Choice | undefined {
  for (const [i, argument] of list.entries()) {
    const replaced = (part: unknown): unknown[] => list.with(i, part);
    if (Array.isArray(argument)) {
      for (const [j, part] of argument.entries()) {
        const choice = choiceOf(part);
        if (choice !== undefined)
          return {
            condition: choice.condition,
            whenTrue: replaced(argument.with(j, choice.whenTrue)),
            whenFalse: replaced(argument.with(j, choice.whenFalse)),
          };
      }
    } else {
      const choice = choiceOf(argument);
      if (choice !== undefined)
        return {
          condition: choice.condition,
          whenTrue: replaced(choice.whenTrue),
          whenFalse: replaced(choice.whenFalse),
        };
    }
  }
  return undefined;
}

function choiceOf(expression: unknown): { condition: unknown; whenTrue: unknown; whenFalse: unknown } | undefined {
  const operation = operationOf(expression);
  if (operation?.operator !== "if") return undefined;
  const [condition, then, ...rest] = argumentsOf(operation.args);
  const whenFalse = rest.length > 1 ? { if: rest } : (rest[0] ?? null);
  return { condition, whenTrue: then ?? null, whenFalse };
}

/** Returns a `fractional` without conditions, or `undefined` if it always gives the flag's default. */
export function fractionOf(list: readonly unknown[], place: string, scope: Scope): Fraction | undefined {
  const key = keyOf(list[0], at(place, 0), scope);
  if (scope.version === 1 && !scope.isJavaScript)
    scope.notes.note(
      place,
      "a hash exactly at a bound gets the variant that JavaScript gives; flagd itself gives the next one",
    );
  const entries = key.isExplicit ? list.slice(1) : list;
  const slices = slicesOf(entries, at(place), scope);
  if (slices === undefined || slices.sum === 0) return undefined;
  const { attribute, salt, hash } = key;
  const total = scope.version === 1 ? SPACE_1 : slices.sum;
  const variantOf = (text: string): SliceVariant => {
    const bucket = SCHEMES[hash]("", total)(text);
    return slices.slices.find(({ from, to }) => from <= bucket && bucket < to)?.variant ?? null;
  };
  const constants = key.constants.map(({ when, text }) => ({ when, variant: variantOf(text) }));
  if (attribute === undefined) return { bucketing: undefined, slices: [], constants };
  return { bucketing: { by: [attribute], salt, hash, total }, slices: slices.slices, constants };
}

interface Key {
  isExplicit: boolean;
  attribute?: Bucketing["by"][number];
  salt: string;
  hash: SchemeName;
  constants: { when: Lowered; text: string }[];
}

function keyOf(expression: unknown, place: string, scope: Scope): Key {
  const hash = hashOf(scope);
  const constant = (text: string): Key => ({
    isExplicit: true,
    salt: "",
    hash,
    constants: [{ when: true, text }],
  });
  if (typeof expression === "string") return constant(expression);
  const operation = operationOf(expression);
  if (operation === undefined) {
    const own = scope.version === 3 ? "flagd-key-3" : hash;
    return { isExplicit: false, attribute: "targetingKey", salt: scope.flagKey, hash: own, constants: [] };
  }
  if (operation.operator === "var") {
    const operand = operandOf(expression, place, scope);
    if ("literal" in operand) return constant(String(operand.literal));
    return { isExplicit: true, attribute: pathOf(operand.attribute), salt: "", hash, constants: [] };
  }
  if (operation.operator !== "cat" || !Array.isArray(operation.args))
    throw new NotImportable(place, `the key cannot be the result of "${operation.operator}"`);
  return joinedKey(operation.args, at(place, "cat"), scope, constant);
}

/** A key that `cat` joins of texts and one attribute, which comes last. */
function joinedKey(parts: readonly unknown[], place: string, scope: Scope, constant: (text: string) => Key): Key {
  let salt = "";
  for (const [i, part] of parts.entries()) {
    const operand = operandOf(part, at(place, i), scope);
    if ("literal" in operand) {
      salt += String(operand.literal);
      continue;
    }
    if (i < parts.length - 1)
      throw new NotImportable(at(place, i), "an attribute in a key must be the last part of it");
    const attribute = pathOf(operand.attribute);
    if (salt === "") throw new NotImportable(place, 'a key that is one attribute must be written without "cat"');
    if (attribute !== "targetingKey")
      scope.notes.note(
        at(place, i),
        "a list with elements in this attribute has no bucket; flagd joins it into a text",
      );
    const constants = [{ when: isNullish(attribute), text: `${salt}null` }];
    if (attribute !== "targetingKey") {
      constants.push({ when: leaf(attribute, "equals", ["[]"], { read: "json" }), text: salt });
      constants.push({ when: isOfType(attribute, "object"), text: `${salt}[object Object]` });
    }
    if (scope.version !== 3) constants.push({ when: leaf(attribute, "equals", [""]), text: salt });
    return { isExplicit: true, attribute, salt, hash: hashOf(scope), constants };
  }
  return constant(salt);
}

function hashOf({ version, isJavaScript }: Scope): SchemeName {
  if (version === 3) return "flagd-3";
  if (version === 2) return isJavaScript ? "flagd-utf-16-2" : "flagd-2";
  return isJavaScript ? "flagd-utf-16-1" : "flagd-1";
}

/** Returns the ranges of the entries, or `undefined` if flagd does not accept them and gives the default. */
function slicesOf(
  entries: readonly unknown[],
  place: string,
  scope: Scope,
): { slices: Slice[]; sum: number } | undefined {
  const weighted: { variant: SliceVariant; weight: number }[] = [];
  for (const [i, entry] of entries.entries()) {
    if (!Array.isArray(entry)) {
      if (operationOf(entry) !== undefined)
        throw new NotImportable(place, `argument ${i} of "fractional" is not a list of a variant and a weight`);
      return undefined;
    }
    const [variant = null, weight = 1] = entry as unknown[];
    for (const part of [variant, weight])
      if (operationOf(part) !== undefined)
        throw new NotImportable(
          place,
          `"${operationOf(part)?.operator}" cannot give a variant or a weight of "fractional"`,
        );
    const isInteger = scope.version === 1 ? typeof weight === "number" : Number.isInteger(weight);
    if (entry.length === 0 || entry.length > 2 || !isInteger || (typeof variant === "object" && variant !== null))
      return undefined;
    weighted.push({ variant: variant as SliceVariant, weight: Math.max(0, weight as number) });
  }
  const sum = weighted.reduce((total, { weight }) => total + weight, 0);
  if (scope.version !== 1 && sum > MAX_TOTAL) return undefined;
  return { slices: scope.version === 1 ? cuts(weighted, sum) : ranges(weighted), sum };
}

type Weighted = { variant: SliceVariant; weight: number }[];

function ranges(weighted: Weighted): Slice[] {
  let end = 0;
  return weighted.map(({ variant, weight }) => ({ variant, from: end, to: (end += weight) }));
}

/** The first version adds rounded shares, and includes the upper bound. */
function cuts(weighted: Weighted, sum: number): Slice[] {
  let share = 0;
  let end = 0;
  return weighted.map(({ variant, weight }) => {
    share += weight === 0 ? 0 : (weight * 100) / sum;
    const limit = share;
    const from = end;
    end = firstBucket(SPACE_1, (bucket) => (bucket / 2 ** 31) * 100 > limit);
    return { variant, from, to: end };
  });
}

/** Returns whether the variant of a `fractional` counts as true. */
export function fractionalTest(list: readonly unknown[], place: string, scope: Scope, lowerTest: LowerTest): Test {
  const choice = choiceIn(list);
  if (choice !== undefined) {
    const condition = lowerTest(choice.condition, place, scope);
    const then = fractionalTest(choice.whenTrue, place, scope, lowerTest);
    return branch(condition, then, fractionalTest(choice.whenFalse, place, scope, lowerTest));
  }
  const fraction = fractionOf(list, place, scope);
  if (fraction === undefined) return { holds: false, fails: false, nulls: true };
  const { bucketing, slices, constants } = fraction;
  const on = slices.filter(({ variant }) => isTruthy(variant)).map(({ from, to }) => [from, to] as const);
  const isKnown = any(...constants.map(({ when }) => when));
  const holds = any(
    ...constants.filter(({ variant }) => isTruthy(variant)).map(({ when }) => when),
    all(not(isKnown), bucketing !== undefined && bucketIn(bucketing, on)),
  );
  return { holds, fails: false, nulls: false };
}
