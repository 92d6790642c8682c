import { describe, expect, it } from "vitest";
import type { Flag } from "../../../sdk/client/contract.ts";
import { flagChangeOf, isSameFlag, restored, undo } from "../../../console/src/state/flags/history/past-flag.ts";

const FLAG: Flag = {
  key: "checkout",
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  offVariant: "off",
  default: { variant: "on" },
  rules: [],
};
const rule = (id: string, variant = "on") => ({ id, serve: { variant } });

describe("a change that is undone", () => {
  it("goes, and later changes of other fields stay", () => {
    const change = {
      before: { default: { variant: "off" }, rules: [rule("a")] },
      after: { default: { variant: "on" }, rules: [rule("a")] },
    };
    const now = { ...FLAG, description: "later", rules: [rule("a"), rule("b")] };
    expect(undo(now, change)).toMatchObject({
      conflicts: [],
      flag: { description: "later", default: { variant: "off" }, rules: [rule("a"), rule("b")] },
    });
  });

  it("names each field that changed again, and keeps its value", () => {
    const change = {
      before: { default: { variant: "off" }, enabled: false, rules: [rule("a", "off")] },
      after: { default: { rollout: { weights: [["on", 1]] } }, enabled: true, rules: [rule("a", "on")] },
    };
    const now = { ...FLAG, rules: [{ ...rule("a", "on"), serve: { variant: null } }] };
    const { flag, conflicts } = undo(now, change);
    expect(conflicts).toEqual(["/default", "/rules/a/serve"]);
    expect(flag).toMatchObject({ default: { variant: "on" }, enabled: false, rules: now.rules });
  });

  it("brings a removed rule back to its place, and removes an added one", () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => rule(id));
    const { flag, conflicts } = undo(
      { ...FLAG, rules: [a!, c!, d!] },
      { before: { rules: [a, b, c] }, after: { rules: [a, c] } },
    );
    expect(flag.rules).toEqual([a, b, c, d]);
    expect(conflicts).toEqual([]);
    const added = undo({ ...FLAG, rules: [a!, b!] }, { before: { rules: [a] }, after: { rules: [a, b] } });
    expect(added.flag.rules).toEqual([a]);
  });

  it("restores the order of rules, with rules that came later", () => {
    const [a, b, c] = ["a", "b", "c"].map((id) => rule(id));
    const change = { before: { rules: [a, b] }, after: { rules: [b, a] } };
    expect(undo({ ...FLAG, rules: [b!, c!, a!] }, change).flag.rules).toEqual([a, b, c]);
  });

  it("removes only the tags that it added", () => {
    const change = { before: { tags: ["a"] }, after: { tags: ["a", "b"] } };
    expect(undo({ ...FLAG, tags: ["b", "c", "a"] }, change).flag.tags).toEqual(["c", "a"]);
  });

  it("does nothing if it is undone already, also with members in another order", () => {
    const change = { before: { variants: { off: false, on: true } }, after: { variants: { on: true, off: true } } };
    const { flag, conflicts } = undo(FLAG, change);
    expect(conflicts).toEqual([]);
    expect(isSameFlag(flag, FLAG)).toBe(true);
  });

  it("empties a field that was not set before", () => {
    const change = { before: {}, after: { owner: "ann", expiresAt: "2030-01-01T00:00:00Z" } };
    const now = { ...FLAG, owner: "ann", expiresAt: "2030-01-01T00:00:00Z" };
    expect(undo(now, change).flag).toMatchObject({ owner: "", expiresAt: null });
  });
});

describe("a version that is restored", () => {
  it("has all fields of the configuration then, and the definition of today", () => {
    const change = { before: undefined, after: { enabled: false, default: { variant: "off" }, rules: [] } };
    const now = { ...FLAG, description: "today", rules: [rule("a")] };
    expect(restored(now, change)).toMatchObject({
      description: "today",
      enabled: false,
      offVariant: null,
      default: { variant: "off" },
      rules: [],
    });
  });
});

it("joins the configuration and the definition of one write, without the fields of the store", () => {
  const of = (entity: "flag" | "configuration" | "segment", before: object | null, after: object | null) =>
    ({ entity, before, after }) as never;
  const changes = [
    of("flag", { variants: {}, owner: null, createdAt: "then" }, { variants: {}, owner: "ann" }),
    of("configuration", { enabled: true, flagKey: "checkout" }, { enabled: false, flagKey: "checkout" }),
    of("segment", {}, { condition: {} }),
  ];
  expect(flagChangeOf(changes)).toEqual({
    before: { variants: {}, enabled: true },
    after: { variants: {}, owner: "ann", enabled: false },
  });
  expect(flagChangeOf([of("flag", { archivedAt: null }, { archivedAt: "now" })])).toBeUndefined();
});
