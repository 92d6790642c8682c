import { describe, expect, it } from "vitest";
import { inversePlan } from "../../../../console/src/state/import/inverse-plan.ts";
import { type Contents, contentsOf } from "../../../../sdk/project/contents.ts";
import { type EnvironmentPlan, plan } from "../../../../sdk/project/plan.ts";
import type { FlagInput } from "../../../../src/flags/document.ts";

const SEGMENT = { key: "dutch", condition: { attribute: "country", operator: "equals" as const, values: ["NL"] } };

function aFlag(key: string, parts: Partial<FlagInput> = {}): FlagInput {
  const variants = { on: true, off: false };
  const whole = {
    kind: "flag",
    clientVisible: false,
    metadata: {},
    offVariant: "off",
    rules: [],
    prerequisites: [],
  } as const;
  return {
    ...whole,
    key,
    type: "boolean",
    variants,
    enabled: true,
    default: { variant: "off" },
    ...parts,
  } as FlagInput;
}

/** A flag for the people of the segment. */
function forDutch(key: string, parts: Partial<FlagInput> = {}): FlagInput {
  return aFlag(key, { rules: [{ id: "r", when: { segment: "dutch" }, serve: { variant: "on" } }], ...parts });
}

const before = contentsOf({ flags: [aFlag("other"), aFlag("replaced")], segments: [] });
const imported = contentsOf({ flags: [forDutch("created"), forDutch("replaced")], segments: [SEGMENT] });
const written: EnvironmentPlan = {
  environment: "staging",
  now: before,
  contents: imported,
  version: 1,
  changes: plan(before, imported, false),
  kept: [],
};

/** Returns the environment after the import, with further changes. */
function after(flags: readonly FlagInput[] = []) {
  const changed = contentsOf({ flags, segments: [] });
  const all: Contents = {
    flags: new Map([...before.flags, ...imported.flags, ...changed.flags]),
    segments: new Map(imported.segments),
  };
  return { ...all, version: 2, name: "Staging" };
}

const NONE = new Map<string, string>();

describe("the inverse of an import", () => {
  it("deletes what was created, brings back what was replaced, and keeps everything else", () => {
    const { plan: inverse, left } = inversePlan(written, after([aFlag("new-since")]), NONE);
    expect(left).toEqual([]);
    expect(inverse.changes.map(({ kind, key, action }) => `${action} ${kind} ${key}`)).toEqual([
      "delete segment dutch",
      "update flag replaced",
      "delete flag created",
    ]);
    expect(inverse.contents.flags.get("replaced")).toEqual(before.flags.get("replaced"));
    expect([...inverse.contents.flags.keys()]).toEqual(["other", "replaced", "new-since"]);
    expect(inverse.version).toBe(2);
  });

  it("leaves a flag that has changed since, and the segment that it uses", () => {
    const { plan: inverse, left } = inversePlan(written, after([forDutch("created", { enabled: false })]), NONE);
    expect(left).toEqual([
      { name: "flag created", reason: "it has changed since" },
      { name: "segment dutch", reason: "flag created uses it" },
    ]);
    expect(inverse.changes.map(({ key }) => key)).toEqual(["replaced"]);
  });

  it("leaves a segment that a later flag uses, and a flag with a reason to be kept", () => {
    const kept = new Map([["flag replaced", "it is shared"]]);
    const { plan: inverse, left } = inversePlan(written, after([forDutch("later")]), kept);
    expect(left).toEqual([
      { name: "flag replaced", reason: "it is shared" },
      { name: "segment dutch", reason: "flag later uses it" },
    ]);
    expect(inverse.changes.map(({ key }) => key)).toEqual(["created"]);
  });

  it("is itself a plan with an inverse, and ignores what is as before already", () => {
    const { plan: inverse } = inversePlan(written, after(), NONE);
    const undone = { ...inverse.contents, version: 3, name: "Staging" };
    expect(inversePlan(written, undone, NONE).plan.changes).toEqual([]);
    const again = inversePlan(inverse, undone, NONE);
    expect(again.plan.contents.flags.get("created")).toEqual(imported.flags.get("created"));
    expect(again.plan.contents.segments.get("dutch")).toEqual(imported.segments.get("dutch"));
  });
});
