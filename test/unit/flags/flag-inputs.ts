import type { Condition } from "../../../src/flags/document.ts";
import { parseFlagInput } from "../../../src/flags/parse.ts";
import { InvalidInputError } from "../../../src/ops/errors.ts";

/** The smallest flag that is accepted, without its optional fields. */
export const flag = {
  key: "f",
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  default: { variant: "on" },
};
export const rollout = {
  weights: [
    ["on", 50_000],
    ["off", 50_000],
  ],
};
export const rule = { id: "r", serve: { variant: "on" } };

/** The flag with one rule that has this condition. */
export const withCondition = (condition: object): object => ({ ...flag, rules: [{ ...rule, when: condition }] });

/** Returns the problems with an input, by the pointer to the field. */
export function problemsOf(
  input: unknown,
  parse: (input: unknown) => unknown = parseFlagInput,
): Record<string, string> {
  try {
    parse(input);
    return {};
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
}

/** A condition nested to this depth. */
export function nested(depth: number): Condition {
  let condition: Condition = { attribute: "a", operator: "exists" };
  for (let i = 1; i < depth; i++) condition = { not: condition };
  return condition;
}

/** An input that must be refused: its name, the input, the pointer to the fault, and the message. */
export type Refused = [name: string, input: unknown, pointer: string, detail: RegExp];
