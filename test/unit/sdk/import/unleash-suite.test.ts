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

  it("refuses a feature by the place of a part that has another type", () => {
    const strategy = { name: "default", constraints: [], segments: [1] };
    const feature = { name: "f", enabled: true, strategies: [strategy] };
    const refusals = [
      [{ strategies: "x" }, "/features/0/strategies", "it is a text, not a list"],
      [{ strategies: undefined }, "/features/0", 'it has no field "strategies"'],
      [{ strategies: [strategy, null] }, "/features/0/strategies/1", "it is null, not an object"],
      [
        { strategies: [{ ...strategy, constraints: [1] }] },
        "/features/0/strategies/0/constraints/0",
        "it is a number, not an object",
      ],
      [{ variants: [{ name: "v", weight: "1" }] }, "/features/0/variants/0/weight", "it is a text, not a number"],
    ] as const;
    for (const [change, place, text] of refusals) {
      const { report, flags } = importProject("unleash", { features: [{ ...feature, ...change }], segments: [] });
      expect(report.entries[0]).toMatchObject({ key: "f", outcome: "not importable", notes: [{ place, text }] });
      expect(flags).toEqual([]);
    }
  });

  it("notes a segment that does not exist, which lets nobody in", () => {
    const features = [{ name: "f", enabled: true, strategies: [{ name: "default", segments: [1] }] }];
    const { report } = importProject("unleash", { features, segments: [] });
    expect(report.entries[0]).toMatchObject({
      outcome: "exact with a note",
      notes: [{ place: "/features/0/strategies/0/segments" }],
    });
  });
});
