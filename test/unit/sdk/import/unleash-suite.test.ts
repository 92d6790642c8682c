import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readLines } from "../../../support/import/suites.ts";

interface Case {
  description: string;
  context: unknown;
  toggleName: string;
  expectedResult: unknown;
}

interface Specification {
  name: string;
  state: unknown;
  tests?: Case[];
  variantTests?: Case[];
}

const specifications = readLines<Specification>("unleash/specifications.jsonl");
const NOW = Date.parse("2026-01-01T00:00:00Z");

await prepareToCompileAny();

describe("Unleash's client specification", () => {
  for (const { name, state, tests = [], variantTests = [] } of specifications) {
    it(`${name}: the imported features give the expected results`, () => {
      const project = importProject("unleash", state);
      expect(project.report.entries.filter(({ outcome }) => outcome === "not importable")).toEqual([]);
      const evaluate = evaluatorOf(project, NOW);
      const resultOf = ({ toggleName, context }: Case) =>
        project.fromResolution(evaluate(toggleName, project.toContext(context)), toggleName);
      expect(
        tests.map((one) => [one.description, (resultOf(one) as { feature_enabled: boolean }).feature_enabled]),
      ).toEqual(tests.map((one) => [one.description, one.expectedResult]));
      expect(variantTests.map((one) => [one.description, resultOf(one)])).toEqual(
        variantTests.map((one) => [one.description, one.expectedResult]),
      );
    });
  }

  it("has 279 cases", () => {
    const counts = specifications.map(({ tests = [], variantTests = [] }) => tests.length + variantTests.length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(279);
  });

  it("a part of any other shape counts as empty, and the import does not throw", () => {
    const strategy = { name: "default", constraints: [null], segments: [1] };
    const segments = [{ id: 1, name: "s", constraints: [null, 1] }];
    for (const features of [1, [null], [{ name: "f", strategies: [strategy, null] }]])
      expect(importProject("unleash", { features, segments }).segments).toHaveLength(1);
    for (const source of [null, 1, "x", [], { events: [null] }])
      expect(importProject("unleash", source).flags).toEqual([]);
  });
});
