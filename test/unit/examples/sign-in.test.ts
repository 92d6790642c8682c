import { expect, test } from "vitest";
import { EXAMPLE_PROJECT } from "../../../dev/project/seed.ts";
import { projectDocuments, readProjectFile } from "../../../dev/project/project-file.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { EvaluationContext } from "../../../src/evaluation/types.ts";

const documents = projectDocuments(await readProjectFile(EXAMPLE_PROJECT), "production", 1);
const threshold = compileFlag(documents.find(({ key }) => key === "free-shipping-threshold")!);

function variantOf(context: EvaluationContext): string | undefined {
  const resolution = threshold.evaluate({ context, request: {}, now: 0, random: () => 0 });
  return resolution.reason === "ERROR" ? resolution.errorCode : resolution.variant;
}

const people = Array.from({ length: 200 }, (_, i) => ({
  before: { targetingKey: `visitor-${i}`, anonymousId: `visitor-${i}` },
  after: { targetingKey: `customer-${i}`, anonymousId: `visitor-${i}` },
}));

test("a flag that splits by anonymousId keeps a user's variant at sign-in", () => {
  expect(people.map(({ after }) => variantOf(after))).toEqual(people.map(({ before }) => variantOf(before)));
  expect(new Set(people.map(({ before }) => variantOf(before))).size).toBeGreaterThan(1);
});

test("users without an anonymousId are split by the targeting key", () => {
  const variants = people.map(({ after: { targetingKey } }) => variantOf({ targetingKey }));
  expect(new Set(variants).size).toBeGreaterThan(1);
  expect(variants).not.toEqual(people.map(({ after }) => variantOf(after)));
});
