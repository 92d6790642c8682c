import { GrowthBook } from "@growthbook/growthbook";
import { expect, test } from "vitest";
import { importProject } from "../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../src/evaluation/prepare.ts";
import { drawsOf } from "../../support/import/draws.ts";
import { evaluatorOf } from "../../support/import/evaluate.ts";

const FEATURES = 5000;
const CONTEXTS = 10;
const draws = drawsOf(1);

const SCALARS = [
  0,
  1,
  5,
  10,
  -3,
  2.5,
  "",
  "a",
  "B",
  "5",
  "10",
  "true",
  "null",
  "abc",
  true,
  false,
  null,
  "1.2.3",
  "v1.10.0",
  "1.2.3-rc.1",
];
const LIST_OPERATORS = ["$in", "$nin", "$ini", "$nini", "$all", "$alli"];
const OPERATORS = [
  "$eq",
  "$ne",
  "$lt",
  "$lte",
  "$gt",
  "$gte",
  "$exists",
  "$regex",
  "$regexi",
  "$type",
  "$not",
  "$veq",
  "$vne",
  "$vgt",
  "$vlte",
  "$inGroup",
  "$notInGroup",
  "$in",
  "$nin",
  "$ini",
  "$nini",
];
const OF_LISTS = [...LIST_OPERATORS, "$size", "$elemMatch", "$exists", "$type", "$inGroup", "$notInGroup"];

function operand(operator: string, depth: number): unknown {
  if (LIST_OPERATORS.includes(operator))
    return draws.happens(0.1) ? draws.pick(SCALARS) : draws.some(1, 2, () => draws.pick(SCALARS));
  if (operator.startsWith("$regex")) return draws.pick(["^a", "b", "\\d", "nul", "[", "A|x"]);
  if (operator.startsWith("$v")) return draws.pick(["1.2.3", "1.2", "2.0.0-a", "0"]);
  if (operator.endsWith("Group")) return draws.pick(["known", "unknown"]);
  switch (operator) {
    case "$exists":
      return draws.happens(0.5);
    case "$type":
      return draws.pick(["string", "number", "null", "boolean", "array", "object", "undefined"]);
    case "$not":
      return valueTest(depth + 1);
    case "$size":
      return draws.pick([0, 2, { $gt: 1 }, { $lte: 2 }]);
    case "$elemMatch": {
      const inner = draws.pick(["$eq", "$gt", "$in", "$lt", "$regex"]);
      return { [inner]: operand(inner, depth) };
    }
    default:
      return draws.pick(SCALARS);
  }
}

function valueTest(depth: number): unknown {
  if (depth > 2 || draws.happens(0.25))
    return draws.happens(0.1) ? draws.pick([["a", 5], { x: 1 }]) : draws.pick(SCALARS);
  const operators = draws.some(1, draws.happens(0.3) ? 2 : 1, () => draws.pick(OPERATORS));
  return Object.fromEntries(operators.map((operator) => [operator, operand(operator, depth)]));
}

function condition(depth = 0): object {
  if (depth < 2 && draws.happens(0.38)) {
    const name = draws.pick(["$or", "$and", "$nor", "$not"]);
    return { [name]: name === "$not" ? condition(depth + 1) : draws.some(1, 2, () => condition(depth + 1)) };
  }
  // Other operators compare a list as its elements joined by commas, which the documentation excepts.
  if (draws.happens(0.2)) {
    const operator = draws.pick(OF_LISTS);
    return { tags: { [operator]: operand(operator, 0) } };
  }
  return { [draws.pick(["a", "b", "c.d", "id", "v"])]: valueTest(0) };
}

function rule(): object {
  const share = draws.happens(0.5) ? { coverage: draws.number(), hashVersion: draws.pick([1, 2]) } : {};
  if (draws.happens(0.7)) return { condition: condition(), force: "yes", ...share };
  return {
    condition: condition(),
    key: "experiment",
    variations: ["x", "y", "z"],
    ...share,
    ...(draws.happens(0.4) && { weights: [0.2, 0.3, 0.5] }),
    ...(draws.happens(0.3) && { namespace: ["namespace", 0, 0.6] }),
  };
}

function attributes(): Record<string, unknown> {
  const one = () => draws.pick(SCALARS);
  const all = {
    a: one(),
    b: one(),
    v: one(),
    c: draws.happens(0.8) ? { d: one() } : one(),
    id: draws.pick(["u1", "u2", "5", 7, "a"]),
    tags: draws.happens(0.85) ? draws.some(0, 2, one) : one(),
  };
  return Object.fromEntries(Object.entries(all).filter(() => draws.happens(0.8)));
}

await prepareToCompileAny();

test("growthbook: imported features agree with the SDK", () => {
  const savedGroups = { known: ["a", 5, "u1"] };
  const different: unknown[] = [];
  let compared = 0;
  for (let i = 0; i < FEATURES; i++) {
    const features = { f: { defaultValue: "no", rules: [rule()] } };
    const project = importProject("growthbook", { features, savedGroups });
    if (project.flags.length === 0) continue;
    const evaluate = evaluatorOf(project);
    for (let j = 0; j < CONTEXTS; j++) {
      const context = attributes();
      const sdk = new GrowthBook({ features, savedGroups, attributes: context });
      const theirs: unknown = sdk.evalFeature("f").value;
      sdk.destroy();
      const ours = project.fromResolution(evaluate("f", project.toContext(context)), "f");
      compared++;
      if (ours !== theirs) different.push({ rule: features.f.rules[0], context, theirs, ours });
    }
  }
  expect(different.slice(0, 5)).toEqual([]);
  expect(compared).toBeGreaterThan(FEATURES * CONTEXTS * 0.9);
});
