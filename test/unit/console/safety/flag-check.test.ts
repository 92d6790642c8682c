import { describe, expect, it } from "vitest";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { flagProblemsOf, segmentProblemsOf } from "../../../../console/src/state/flags/flag-check.ts";

const FLAG: Flag = {
  key: "checkout",
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  offVariant: "off",
  default: { variant: "off" },
  rules: [],
  prerequisites: [],
};
const rule = (part: Partial<NonNullable<Flag["rules"]>[number]>): Flag => ({
  ...FLAG,
  rules: [{ id: "r", serve: { variant: "on" }, ...part }],
});
const needing = (key: string, flag: string, variants = ["on"]): Flag => ({
  ...FLAG,
  key,
  prerequisites: [{ flag, variants }],
});
const when = (operator: "matches" | "ip_in_cidr", value: string) =>
  rule({ when: { attribute: "a", operator, values: [value] } });

describe("the check of a flag in the page", () => {
  it("sees the flag as the API would, without the fields that have been emptied", async () => {
    const emptied = rule({ during: undefined, from: undefined } as object);
    expect(await flagProblemsOf(emptied, [])).toEqual([]);
  });

  it.each<[string, Flag, string]>([
    ["a removed variant that a rule serves", { ...rule({}), variants: { off: false } }, "/rules/0/serve/variant"],
    [
      "an end before the start",
      rule({ from: "2027-01-02T00:00:00Z", until: "2027-01-01T00:00:00Z" }),
      "/rules/0/until",
    ],
    ["a pattern that cannot be read", when("matches", "(("), "/rules/0/when/values/0"],
    ["a block of addresses that is none", when("ip_in_cidr", "1.2.3.4/99"), "/rules/0/when/values/0"],
    ["itself as a prerequisite", needing("checkout", "checkout"), "/prerequisites/0/flag"],
  ])("finds %s at its field", async (_problem, flag, pointer) => {
    expect(await flagProblemsOf(FLAG, [])).toEqual([]);
    expect((await flagProblemsOf(flag, [])).map((problem) => problem.pointer)).toEqual([pointer]);
  });

  it("finds a cycle through other flags, and names all of them", async () => {
    const others = [needing("b", "c"), needing("c", "checkout"), needing("d", "b"), FLAG];
    expect(await flagProblemsOf(needing("checkout", "b"), others)).toEqual([
      { pointer: "/prerequisites/0/flag", detail: "makes a cycle: checkout → b → c → checkout" },
    ]);
    expect(await flagProblemsOf(FLAG, others)).toEqual([]);
    const inCondition = rule({ when: { flag: "b", variants: ["on"] } });
    expect(await flagProblemsOf(inCondition, others)).toMatchObject([{ pointer: "/rules/0/when/flag" }]);
  });

  it("finds a removed variant that other flags need", async () => {
    const flag = { ...FLAG, variants: { off: false, yes: true } };
    expect(await flagProblemsOf(flag, [needing("b", "checkout", ["on", "off"]), needing("c", "b")])).toEqual([
      { pointer: "/variants", detail: 'flag "checkout" has no variant "on", but flag "b" refers to it' },
    ]);
  });

  it("finds the problems of a segment", async () => {
    const segment = {
      key: "s",
      name: "S",
      condition: { attribute: "a", operator: "matches" as const, values: ["(("] },
    };
    expect(await segmentProblemsOf(segment)).toMatchObject([{ pointer: "/condition/values/0" }]);
    expect(await segmentProblemsOf({ ...segment, condition: { segment: "other" } })).toEqual([]);
  });
});
