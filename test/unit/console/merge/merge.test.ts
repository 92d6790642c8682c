import { describe, expect, it } from "vitest";
import { merge } from "../../../../console/src/state/merge/merge.ts";

const RULES = [
  { id: "staff", when: { segment: "staff" }, serve: { variant: "on" } },
  { id: "dutch", when: { attribute: "country", operator: "in", values: ["NL"] }, serve: { variant: "on" } },
];
const FLAG = {
  key: "checkout",
  description: "The checkout",
  owner: "payments",
  tags: ["web"],
  enabled: true,
  variants: { on: true, off: false },
  default: { variant: "off" },
  rules: RULES,
  prerequisites: [{ flag: "cart", variants: ["on"] }],
};
const [STAFF, DUTCH] = RULES;

describe("a merge of two edits of one flag", () => {
  it("has the changes of both sides if they do not touch", () => {
    const { merged, conflicts } = merge(FLAG, { ...FLAG, owner: "growth" }, { ...FLAG, description: "Pay" });
    expect(merged).toEqual({ ...FLAG, owner: "growth", description: "Pay" });
    expect(conflicts).toEqual([]);
  });

  it("asks only about the field that both sides changed, and each choice keeps the rest", () => {
    const mine = { ...FLAG, owner: "growth", enabled: false };
    const theirs = { ...FLAG, owner: "search", description: "Pay" };
    const { conflicts } = merge(FLAG, mine, theirs);
    expect(conflicts).toEqual([{ pointer: "/owner", base: "payments", mine: "growth", theirs: "search" }]);
    expect(merge(FLAG, mine, theirs, () => "mine").merged).toEqual({ ...mine, description: "Pay" });
    expect(merge(FLAG, mine, theirs, () => "theirs").merged).toEqual({ ...theirs, enabled: false });
  });

  it("matches rules by id: a rule that theirs inserts changes nothing of mine", () => {
    const mine = { ...FLAG, rules: [STAFF, { ...DUTCH, serve: { variant: "off" } }] };
    const beta = { id: "beta", serve: { variant: "on" } };
    const { merged, conflicts } = merge(FLAG, mine, { ...FLAG, rules: [beta, STAFF, DUTCH] });
    expect(merged.rules).toEqual([beta, STAFF, { ...DUTCH, serve: { variant: "off" } }]);
    expect(conflicts).toEqual([]);
  });

  it("keeps two new rules that took the same id", () => {
    const mine = { ...FLAG, rules: [...RULES, { id: "rule-3", serve: { variant: "on" } }] };
    const theirs = { ...FLAG, rules: [...RULES, { id: "rule-3", serve: { variant: "off" } }] };
    const { merged, conflicts } = merge<object>(FLAG, mine, theirs);
    expect(merged).toEqual({
      ...FLAG,
      rules: [...RULES, { id: "rule-3-2", serve: { variant: "on" } }, { id: "rule-3", serve: { variant: "off" } }],
    });
    expect(conflicts).toEqual([]);
  });

  it("asks about a rule that one side removed and the other changed, and can keep it in place", () => {
    const changed = { ...STAFF, serve: { variant: "off" } };
    const sides = [FLAG, { ...FLAG, rules: [DUTCH] }, { ...FLAG, rules: [changed, DUTCH] }] as const;
    const { conflicts } = merge<object>(...sides);
    expect(conflicts).toEqual([{ pointer: "/rules/staff", base: STAFF, mine: undefined, theirs: changed }]);
    expect(merge<object>(...sides, () => "theirs").merged).toEqual(sides[2]);
    expect(merge<object>(...sides, () => "mine").merged).toEqual(sides[1]);
  });

  it("takes the order of the side that moved rules, with what the other one added and removed", () => {
    const third = { id: "third", serve: { variant: "on" } };
    const base = { rules: [...RULES, third] };
    const mine = { rules: [third, DUTCH, STAFF] };
    const added = { id: "added", serve: { variant: "off" } };
    const { merged, conflicts } = merge<object>(base, mine, { rules: [STAFF, added, DUTCH] });
    expect(merged).toEqual({ rules: [DUTCH, STAFF, added] });
    expect(conflicts).toEqual([]);
  });

  it("asks about the order if both sides moved rules, and loses no rule", () => {
    const third = { id: "third", serve: { variant: "on" } };
    const added = { id: "added", serve: { variant: "off" } };
    const base = { rules: [...RULES, third] };
    const mine = { rules: [third, STAFF, DUTCH] };
    const theirs = { rules: [DUTCH, added, STAFF, third] };
    const { merged, conflicts } = merge<object>(base, mine, theirs);
    expect(conflicts.map(({ pointer }) => pointer)).toEqual(["/rules"]);
    expect(merged).toEqual({ rules: [third, STAFF, DUTCH, added] });
    expect(merge<object>(base, mine, theirs, () => "theirs").merged).toEqual(theirs);
  });

  it("does not mix weights, nor a variant with a rollout", () => {
    const rollout = (on: number) => ({
      rollout: {
        by: ["id"],
        weights: [
          ["on", on],
          ["off", 100_000 - on],
        ],
      },
    });
    const weights = merge({ default: rollout(1) }, { default: rollout(10) }, { default: rollout(20) });
    expect(weights.conflicts.map(({ pointer }) => pointer)).toEqual(["/default/rollout/weights"]);
    expect(weights.merged).toEqual({ default: rollout(10) });
    const kinds = merge<object>(FLAG, { ...FLAG, default: rollout(10) }, { ...FLAG, default: { variant: "on" } });
    expect(kinds.conflicts.map(({ pointer }) => pointer)).toEqual(["/default"]);
  });

  it("adds and removes tags and values of both sides, but not the values of another operator", () => {
    const withValues = (values: string[], operator = "in") => ({
      ...FLAG,
      rules: [STAFF, { ...DUTCH, when: { attribute: "country", operator, values } }],
    });
    const both = merge<object>(withValues(["NL", "BE"]), withValues(["BE", "DE"]), withValues(["NL", "BE", "FR"]));
    expect(both).toEqual({ merged: withValues(["BE", "DE", "FR"]), conflicts: [] });
    const other = merge<object>(withValues(["NL"]), withValues(["NL", "BE"]), withValues(["N"], "starts_with"));
    expect(other.conflicts.map(({ pointer }) => pointer)).toEqual(["/rules/dutch/when"]);
  });

  it("merges a segment by the same rules", () => {
    const condition = { attribute: "plan", operator: "in", values: ["pro"] };
    const segment = { key: "paying", name: "Paying", condition };
    const mine = { ...segment, condition: { ...condition, values: ["pro", "team"] } };
    const { merged, conflicts } = merge(segment, mine, { ...segment, name: "Customers" });
    expect(merged).toEqual({ ...mine, name: "Customers" });
    expect(conflicts).toEqual([]);
  });
});
