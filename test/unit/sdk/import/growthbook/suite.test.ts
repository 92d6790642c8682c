import { describe, expect, it } from "vitest";
import { importProject } from "../../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../../support/import/evaluate.ts";
import { readJson } from "../../../../support/import/suites.ts";

type Ranges = [number, number][];

interface Cases {
  evalCondition: [name: string, condition: object, attributes: object, expected: boolean, groups?: object][];
  hash: [seed: string, value: string, version: number, expected: number | null][];
  getBucketRange: [name: string, [count: number, coverage: number, weights: number[] | null], ranges: Ranges][];
  chooseVariation: [name: string, n: number, ranges: Ranges, index: number][];
  inNamespace: [name: string, id: string, namespace: [string, number, number], expected: boolean][];
}

const cases = readJson("growthbook/cases.json") as Cases;

await prepareToCompileAny();

/** Evaluates a feature "f" with one rule. Returns `undefined` if the report refuses the feature. */
function featureOf(rule: object, savedGroups: object = {}): ((attributes: object) => unknown) | undefined {
  const project = importProject("growthbook", {
    features: { f: { defaultValue: "none", rules: [rule] } },
    savedGroups,
  });
  if (project.flags.length === 0) return undefined;
  const evaluate = evaluatorOf(project);
  return (attributes) => project.fromResolution(evaluate("f", project.toContext(attributes)), "f");
}

/** GrowthBook's first hash, written a second time. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (hash % 1000) / 1000;
}

const IDS = Array.from({ length: 12_000 }, (_, i) => `id-${i}`);

/** Returns an id for each of the 1,000 fractions of an experiment. */
function idsByFraction(seed: string): Map<number, string> {
  return new Map(IDS.map((id) => [fractionOf(id + seed), id]));
}

function indexIn(ranges: Ranges, n: number): number {
  return ranges.findIndex(([from, to]) => n >= from && n < to);
}

describe("GrowthBook's SDK cases", () => {
  const REFUSED = ["$elemMatch nested - pass", "$elemMatch nested - fail", "$elemMatch nested - fail not array"];

  it("evalCondition: conditions give the expected results, or the report refuses them", () => {
    const results = cases.evalCondition.map(([name, condition, attributes, , groups]) => {
      const feature = featureOf({ condition, force: "yes" }, groups);
      return [name, feature === undefined ? "refused" : feature(attributes) === "yes"];
    });
    expect(results).toEqual(
      cases.evalCondition.map(([name, , , expected]) => [name, REFUSED.includes(name) ? "refused" : expected]),
    );
  });

  it("hash: a filter of one bucket contains exactly the expected one", () => {
    for (const [seed, value, hashVersion, expected] of cases.hash) {
      const step = hashVersion === 1 ? 0.001 : 0.0001;
      const isIn = (ranges: Ranges) =>
        featureOf({ filters: [{ attribute: "key", seed, hashVersion, ranges }], force: "yes" })?.({ key: value }) ===
        "yes";
      if (expected === null) expect(isIn([[0, 1]])).toBe(false);
      else {
        expect(isIn([[expected, expected + step / 2]])).toBe(true);
        expect(
          isIn([
            [0, expected],
            [expected + step / 2, 1],
          ]),
        ).toBe(false);
      }
    }
  });

  it("getBucketRange: each of 1,000 fractions gets the variation of its range", () => {
    const ids = idsByFraction("seed");
    expect(ids.size).toBe(1000);
    for (const [name, [count, coverage, weights], ranges] of cases.getBucketRange) {
      const variations = ranges.map((_, i) => `variation ${i}`);
      expect(variations).toHaveLength(count);
      const feature = featureOf({ key: "seed", variations, coverage, ...(weights && { weights }) });
      // The suite rounds its bounds, and 0.2 of 0.2 is more than 0.04 in doubles.
      const isBound = (n: number) => ranges.flat().some((bound) => bound > 0 && Math.abs(n - bound) < 1e-9);
      for (const [n, id] of ids) {
        if (isBound(n) && coverage < 1) continue;
        expect([name, n, feature?.({ id })]).toEqual([name, n, variations[indexIn(ranges, n)] ?? "none"]);
      }
    }
  });

  it("chooseVariation: a fraction gets the expected variation of the ranges", () => {
    const ids = idsByFraction("seed");
    for (const [name, n, ranges, index] of cases.chooseVariation) {
      const variations = ranges.map((_, i) => `variation ${i}`);
      const feature = featureOf({ key: "seed", variations, ranges });
      expect([name, feature?.({ id: ids.get(n) })]).toEqual([name, variations[index] ?? "none"]);
    }
  });

  it("inNamespace: an experiment contains the expected ids", () => {
    for (const [name, id, namespace, expected] of cases.inNamespace) {
      const feature = featureOf({ key: "seed", variations: ["yes", "also"], namespace });
      expect([name, feature?.({ id }) !== "none"]).toEqual([name, expected]);
    }
  });

  it("has 305 cases", () => {
    const { evalCondition, hash, getBucketRange, chooseVariation, inNamespace } = cases;
    expect([evalCondition, hash, getBucketRange, chooseVariation, inNamespace].flat()).toHaveLength(305);
  });
});
