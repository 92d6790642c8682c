/** The words of a condition beside the evaluator: both say the same about an attribute without a usable value. */
import { expect, test } from "vitest";
import { conditionText } from "../../../sdk/words/condition.ts";
import { newCompilation } from "../../../src/evaluation/compile.ts";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { FALSE, TRUE, UNKNOWN } from "../../../src/evaluation/truth.ts";
import type { AttributeCondition, Condition } from "../../../src/flags/document.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

type Form = Pick<AttributeCondition, "operator" | "values" | "read">;

const FORMS: readonly Form[] = [
  { operator: "equals", values: ["x"] },
  { operator: "in", values: ["x", "y"] },
  { operator: "contains", values: ["x"] },
  { operator: "matches", values: ["x"] },
  { operator: "lt", values: [5] },
  { operator: "lt", values: [5], read: "number" },
  { operator: "between", values: [1, 5] },
  { operator: "before", values: ["2030-01-01"] },
  { operator: "semver_eq", values: ["1.0.0"] },
  { operator: "ip_in_cidr", values: ["10.0.0.0/8"] },
  { operator: "array_contains_any", values: ["x"] },
  { operator: "array_contains_all", values: ["x", "y"] },
];
const TRUTHS = [undefined, false, true, "unknown"] as const;

const leaves = FORMS.flatMap((form) =>
  TRUTHS.flatMap((missing) =>
    TRUTHS.map((invalid): AttributeCondition => ({
      attribute: "a",
      ...form,
      ...(missing === undefined ? {} : { missing }),
      ...(invalid === undefined ? {} : { invalid }),
    })),
  ),
);

/** Returns the truth that a text gives an attribute in this state. Without a remark, its test fails. */
function saidTruth(text: string, state: string, isNegated: boolean): number {
  const remark = new RegExp(`(also|false|unknown) if (?:[a-z ]+ or )?${state}`).exec(text)?.[1];
  if (remark === undefined) return isNegated ? TRUE : FALSE;
  return remark === "also" ? TRUE : remark === "false" ? FALSE : UNKNOWN;
}

test.each([
  ["missing", {}],
  ["not comparable", { a: { b: 1 } }],
])("a test and its opposite say what they are if the attribute is %s", (state, context) => {
  for (const leaf of leaves) {
    for (const condition of [leaf, { not: leaf }] satisfies Condition[]) {
      const text = conditionText(condition);
      const truth = compileCondition(condition, newCompilation(aFlag()))(anInput(context));
      expect(`${text}: ${saidTruth(text, state, "not" in condition)}`).toBe(`${text}: ${truth}`);
    }
  }
});
