import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readLines } from "../../../support/import/suites.ts";

interface Detail {
  value?: unknown;
  variationIndex?: number;
  reason: Record<string, unknown>;
}

interface Evaluation {
  name?: string;
  flagKey: string;
  context: unknown;
  default?: unknown;
  valueType?: string;
  expect: Detail;
}

interface Suite {
  file: string;
  name: string;
  sdkData: { flags: Record<string, { variations: unknown[] }>; segments?: unknown };
  evaluations: Evaluation[];
}

const suites = readLines<Suite>("launchdarkly/server-side-eval.jsonl");

await prepareToCompileAny();

/** With several prerequisites, the report says that a result does not name the one that is unmet. */
const WITHOUT_PREREQUISITE_KEY = "two prerequisites, second fails";

function expectedOf({ name, expect: { reason, ...detail } }: Evaluation): Detail {
  if (name !== WITHOUT_PREREQUISITE_KEY) return { ...detail, reason };
  const { prerequisiteKey: _, ...rest } = reason;
  return { ...detail, reason: rest };
}

/** LaunchDarkly's SDKs give the caller's default in the place of a value of another type. */
function asCalled(detail: Detail, { valueType = "any", default: fallback }: Evaluation): Detail {
  if (detail.variationIndex === undefined) return { value: fallback, reason: detail.reason };
  const type = { bool: "boolean", int: "number", double: "number", string: "string" }[valueType];
  if (type === undefined || typeof detail.value === type) return detail;
  return { value: fallback, reason: { kind: "ERROR", errorKind: "WRONG_TYPE" } };
}

function resultsOf({ sdkData, evaluations }: Suite): [string, Detail, Detail][] {
  const project = importProject("launchdarkly", sdkData);
  expect(project.report.entries.filter(({ kind, outcome }) => kind === "flag" && outcome === "not importable")).toEqual(
    [],
  );
  const evaluate = evaluatorOf(project);
  return evaluations.map((evaluation) => {
    const { flagKey, context, name = flagKey } = evaluation;
    const isBoolean = sdkData.flags[flagKey]?.variations.every((one) => typeof one === "boolean") ?? false;
    const fallback = evaluation.default ?? (isBoolean ? false : evaluation.default);
    const detail = project.fromResolution(evaluate(flagKey, project.toContext(context)), flagKey) as Detail;
    return [name, asCalled(detail, { ...evaluation, default: fallback }), expectedOf(evaluation)];
  });
}

describe("LaunchDarkly's server-side evaluation suite", () => {
  for (const [file, group] of Map.groupBy(suites, (suite) => suite.file)) {
    it(`${file}: the imported flags give the expected values and reasons`, () => {
      for (const suite of group) {
        const results = resultsOf(suite);
        expect(results.map(([name, actual]) => [suite.name, name, actual])).toEqual(
          results.map(([name, , expected]) => [suite.name, name, expected]),
        );
      }
    });
  }

  it("has 674 cases", () => {
    expect(suites.flatMap(({ evaluations }) => evaluations)).toHaveLength(674);
  });
});
