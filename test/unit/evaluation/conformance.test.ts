import { describe, test } from "vitest";

import { bucketOf } from "../../../src/evaluation/bucketing.ts";
import { compileFlag, newCompilation } from "../../../src/evaluation/compile.ts";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { hashState, murmur3 } from "../../../src/evaluation/hashing/murmur3.ts";
import { TRUE, UNKNOWN } from "../../../src/evaluation/truth.ts";
import type { EvaluationContext, RequestAttributes, Resolution } from "../../../src/evaluation/types.ts";
import { type Condition, type FlagDocument, OPERATORS } from "../../../src/flags/document.ts";
import { READER_OPERATORS, readerName, type ReaderName } from "../../../src/flags/value-kinds.ts";
import { parseFlagInput, parseSegmentInput } from "../../../src/flags/parse.ts";
import bucketing from "../../conformance/bucketing.json" with { type: "json" };
import evaluation from "../../conformance/evaluation.json" with { type: "json" };
import operators from "../../conformance/operators.json" with { type: "json" };
import { aFlag, anInput } from "./documents.ts";

interface ConditionCase {
  name: string;
  condition: Condition;
  context: EvaluationContext;
  request?: RequestAttributes;
  now?: number;
  result: boolean | "unknown";
}

interface EvaluationCase extends Pick<FlagDocument, "segments" | "dependencies"> {
  name: string;
  flag: unknown;
  context: EvaluationContext;
  now?: number;
  random?: number | number[];
  resolution: Resolution;
}

describe("conditions", () => {
  const cases = operators.cases as unknown as ConditionCase[];

  test.for(cases)("condition: $name", ({ condition, context, request = {}, now = 0, result }, { expect }) => {
    parseSegmentInput({ key: "valid", condition });
    const truth = compileCondition(condition, newCompilation(aFlag()))(anInput(context, { request, now }));
    expect(truth === UNKNOWN ? "unknown" : truth === TRUE).toBe(result);
  });

  test("every operator has cases", ({ expect }) => {
    const covered = new Set(cases.map(({ condition }) => ("operator" in condition ? condition.operator : undefined)));
    expect(OPERATORS.filter((operator) => !covered.has(operator))).toEqual([]);
  });

  test("every reader has cases", ({ expect }) => {
    const covered = new Set(cases.map(({ condition }) => "read" in condition && readerName(condition.read)));
    const names = Object.keys(READER_OPERATORS) as ReaderName[];
    expect(names.filter((name) => !covered.has(name))).toEqual([]);
  });
});

describe("evaluation", () => {
  test.for(evaluation.cases as unknown as EvaluationCase[])("flag: $name", (given, { expect }) => {
    const { flag, segments, dependencies, context, now = 0, random = 0, resolution } = given;
    const document: FlagDocument = {
      schemaVersion: 1,
      version: 1,
      ...parseFlagInput(flag),
      ...(segments && { segments }),
      ...(dependencies && { dependencies }),
    };
    const draws = [random].flat();
    const input = anInput(context, { now, random: () => (draws.length > 1 ? draws.shift() : draws[0]) ?? 0 });
    expect(compileFlag(document).evaluate(input)).toEqual(resolution);
  });
});

test("every published vector of murmur3-mulshift holds", ({ expect }) => {
  for (const { salt, value, hash, bucket } of bucketing.vectors) {
    expect(murmur3(hashState(`${salt}:`), value) >>> 0, `hash of ${salt}:${value}`).toBe(hash);
    expect(bucketOf(salt, value), `bucket of ${salt}:${value}`).toBe(bucket);
  }
});
