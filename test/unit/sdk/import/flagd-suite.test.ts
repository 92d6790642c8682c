import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson } from "../../../support/import/suites.ts";

interface Suite {
  source: { flags: object; $evaluators: object };
  cases: { flag: string; context: object; expected: object }[];
}

const { source, cases } = readJson("flagd/cases.json") as Suite;

await prepareToCompileAny();

function targeting(expression: unknown, evaluators: object = {}): object {
  const flag = { state: "ENABLED", variants: { a: "a", b: "b" }, defaultVariant: "a", targeting: expression };
  return { flags: { f: flag }, $evaluators: evaluators };
}

describe("flagd's flag definitions", () => {
  const project = importProject("flagd", source);
  const evaluate = evaluatorOf(project);

  it.for(cases)("$flag with $context", ({ flag, context, expected }) => {
    expect(project.fromResolution(evaluate(flag, project.toContext(context)), flag)).toEqual(expected);
  });

  it("has at least 50 cases, and every flag is imported", () => {
    expect(cases.length).toBeGreaterThanOrEqual(50);
    expect(project.flags).toHaveLength(Object.keys(source.flags).length);
  });

  it("evaluators that are conditions are segments", () => {
    expect(project.segments.map(({ key }) => key)).toEqual(["adultFaas", "emailWithFaas", "adult"]);
  });

  it.for([
    { name: "map", expression: { map: [{ var: "x" }, 1] }, place: "/flags/f/targeting/map" },
    {
      name: "arithmetic",
      expression: { if: [{ ">": [{ "+": [{ var: "x" }, 1] }, 2] }, "a", "b"] },
      place: "/flags/f/targeting/if/0/>/0",
    },
    {
      name: "the time",
      expression: { if: [{ ">": [{ var: "$flagd.timestamp" }, 5] }, "a"] },
      place: "/flags/f/targeting/if/0/>/0",
    },
    { name: "two attributes", expression: { "==": [{ var: "x" }, { var: "y" }] }, place: "/flags/f/targeting/==" },
  ])("$name is refused by name and place", ({ expression, place }) => {
    const { flags, report } = importProject("flagd", targeting(expression));
    expect(flags).toEqual([]);
    const [entry] = report.entries;
    expect(entry?.outcome).toBe("not importable");
    expect(entry?.notes.map((note) => note.place)).toEqual([place]);
  });

  it.for([
    { version: 1 as const, sdk: "go", hash: "flagd-1", total: 2 ** 31 + 1 },
    { version: 1 as const, sdk: "javascript", hash: "flagd-utf-16-1", total: 2 ** 31 + 1 },
    { version: 2 as const, sdk: "go", hash: "flagd-2", total: 40 },
    { version: 2 as const, sdk: "javascript", hash: "flagd-utf-16-2", total: 40 },
    { version: 3 as const, sdk: "go", hash: "flagd-key-3", total: 40 },
  ])("version $version of $sdk has the hash $hash", ({ version, sdk, hash, total }) => {
    const source = targeting({
      fractional: [
        ["a", 10],
        ["b", 30],
      ],
    });
    const [flag] = importProject("flagd", source, { sdk, hashVersion: version }).flags;
    expect(flag?.rules[0]?.serve).toMatchObject({ rollout: { hash, total, salt: "f" } });
  });
});
