import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { importProject, type ImportOptions, type SystemName } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";

await prepareToCompileAny();

/** Returns the outcome of the first flag, and its notes as one text. */
function flagOf(system: SystemName, source: unknown, options: ImportOptions = {}): [outcome: string, text: string] {
  const entry = importProject(system, source, options).report.entries.find(({ kind }) => kind === "flag");
  return [entry?.outcome ?? "", entry?.notes.map(({ place, text }) => `${place}: ${text}`).join("; ") ?? ""];
}

describe("the report names the inputs that a system reads differently", () => {
  it("ConfigCat: a Date in an attribute that is also compared as a number", () => {
    const condition = (comparator: number): object => ({ u: { a: "at", c: comparator, d: 5 } });
    const rule = (...conditions: object[]): object => ({ c: conditions, s: { v: { b: true } } });
    const setting = (r: object[]): object => ({ p: { s: "salt" }, f: { one: { t: 0, v: { b: false }, r } } });
    const both = setting([rule(condition(12)), rule(condition(18))]);
    expect(flagOf("configcat", both)).toEqual(["exact with a note", expect.stringContaining('a Date in "at"')]);
    const numbers = setting([rule(condition(12))]);
    expect(flagOf("configcat", numbers)[0]).toBe("exact");
    const at = new Date(1000);
    expect(importProject("configcat", numbers).toContext({ identifier: "u", custom: { at } })).not.toHaveProperty("at");
    expect(importProject("configcat", both).toContext({ identifier: "u", custom: { at } })).toHaveProperty("at", 1);
  });

  it("GrowthBook: a list that is compared with a text or a number", () => {
    const source = (condition: object): object => ({
      features: { one: { defaultValue: 1, rules: [{ condition, force: 2 }] } },
    });
    for (const condition of [{ plan: "pro" }, { age: 5 }, { age: { $gt: 5 } }])
      expect(flagOf("growthbook", source(condition))).toEqual([
        "exact with a note",
        expect.stringContaining("GrowthBook reads a list as its elements"),
      ]);
    expect(flagOf("growthbook", source({ tags: { $elemMatch: { $eq: "x" } } }))[0]).toBe("exact");
  });

  it("GrowthBook: a saved group and a parent that do not exist, and a condition of text", () => {
    const source = (rule: object): object => ({
      features: { one: { defaultValue: 1, rules: [{ force: 2, ...rule }] } },
    });
    expect(flagOf("growthbook", source({ condition: { id: { $inGroup: "gone" } } }))[1]).toContain(
      'there is no saved group "gone"',
    );
    const parentConditions = [{ id: "gone", condition: { value: true } }];
    expect(flagOf("growthbook", source({ parentConditions }))[1]).toContain('the feature "gone" does not exist');
    for (const condition of [{ $or: "x" }, { $not: 5 }, { $and: [1] }])
      expect(flagOf("growthbook", source({ condition }))[0]).toBe("not importable");
  });

  it("PostHog: a list in a property that is compared as text, and letters outside ASCII", () => {
    const source = (property: object): object => ({
      flags: [{ key: "one", active: true, filters: { groups: [{ properties: [{ key: "p", ...property }] }] } }],
    });
    expect(flagOf("posthog", source({ operator: "icontains", value: "x" }))).toEqual([
      "exact with a note",
      expect.stringContaining("/flags/0/filters/groups/0/properties/0/key: PostHog reads a list as its elements"),
    ]);
    expect(flagOf("posthog", source({ value: ["É"] }))[1]).toContain("letters outside ASCII");
    expect(flagOf("posthog", source({ operator: "constructor", value: "x" }))[0]).toBe("not importable");
  });

  it("flagd: the first version of the hash, if flagd itself evaluates the flags", () => {
    const flag = {
      state: "ENABLED",
      variants: { a: 1, b: 2 },
      defaultVariant: "a",
      targeting: {
        fractional: [
          ["a", 1],
          ["b", 1],
        ],
      },
    };
    const source = { flags: { one: flag } };
    expect(flagOf("flagd", source, { hashVersion: 1 })[1]).toContain("a hash exactly at a bound");
    expect(flagOf("flagd", source, { hashVersion: 1, sdk: "javascript" })[0]).toBe("exact");
    expect(flagOf("flagd", source)[0]).toBe("exact");
  });

  it("Flagsmith: an environment without consistent hashing, and a salt that is not the id", () => {
    const option = { id: 1, percentage_allocation: 30, multivariate_feature_option: { value: "b" } };
    const state = {
      feature: { name: "one" },
      enabled: true,
      feature_state_value: "a",
      django_id: 7,
      multivariate_feature_state_values: [option],
    };
    const source = (fields: object, others: object = {}): object => ({
      api_key: "k",
      project: { segments: [] },
      feature_states: [{ ...state, ...fields }],
      ...others,
    });
    expect(flagOf("flagsmith", source({}))[0]).toBe("exact");
    expect(flagOf("flagsmith", source({}, { use_identity_composite_key_for_hashing: false }))[0]).toBe(
      "exact with a note",
    );
    expect(flagOf("flagsmith", source({ mv_hashing_salt: 7 }))[0]).toBe("exact");
    expect(flagOf("flagsmith", source({ mv_hashing_salt: 8 }))).toEqual([
      "not importable",
      expect.stringContaining("mv_hashing_salt"),
    ]);
  });

  it("Flagsmith: an empty identifier has the bucket that it has in Flagsmith", () => {
    const options = ["b", "c", "d", "e"].map((value, i) => ({
      id: i + 1,
      percentage_allocation: 25,
      multivariate_feature_option: { value },
    }));
    const state = { enabled: true, feature_state_value: "a", multivariate_feature_state_values: options };
    const ids = Array.from({ length: 20 }, (_, i) => i + 1);
    const feature_states = ids.map((id) => ({ ...state, feature: { name: `f${id}` }, django_id: id }));
    const project = importProject("flagsmith", { api_key: "k", project: { segments: [] }, feature_states });
    const evaluate = evaluatorOf(project);
    // The bucket is md5("<id>,k_") modulo 9,999, of 9,998.
    const expected = ids.map((id) => {
      const digest = createHash("md5").update(`${id},k_`).digest("hex");
      return ["b", "c", "d", "e"][Math.floor((Number(BigInt(`0x${digest}`) % 9999n) / 9998) * 4)];
    });
    const context = project.toContext({ identifier: "" });
    expect(ids.map((id) => evaluate(`f${id}`, context))).toMatchObject(expected.map((value) => ({ value: { value } })));
    expect(new Set(expected).size).toBeGreaterThan(2);
  });

  it("Flagsmith: an override that names no feature refuses all features, which it may be for", () => {
    const state = { feature: { name: "one" }, enabled: true };
    const overrides = [{ identifier: "ada", identity_features: [{ enabled: false }] }];
    const source = { api_key: "k", project: {}, feature_states: [state], identity_overrides: overrides };
    expect(flagOf("flagsmith", source)).toEqual([
      "not importable",
      '/identity_overrides/0/identity_features/0: it has no field "feature"',
    ]);
  });

  it("waffle: requests without a user, which never get a percentage", () => {
    const fields = { name: "one", percent: "50.0", superusers: false };
    expect(flagOf("waffle", [{ model: "waffle.flag", fields }])[1]).toContain("a request without request.user");
  });

  it("Eppo: shards without a total, invalid dates, and unknown types", () => {
    const source = (flag: object, split: object = {}, allocation: object = {}): object => ({
      flags: {
        one: {
          key: "one",
          enabled: true,
          variationType: "STRING",
          variations: { a: { key: "a", value: "a" } },
          allocations: [{ key: "x", rules: [], splits: [{ variationKey: "a", shards: [], ...split }], ...allocation }],
          ...flag,
        },
      },
    });
    expect(flagOf("eppo", source({}))[0]).toBe("exact");
    const shards = [{ salt: "s", ranges: [{ start: 0, end: 10 }] }];
    expect(flagOf("eppo", source({}, { shards }))[1]).toContain("totalShards");
    expect(flagOf("eppo", source({}, {}, { startAt: "soon" }))[1]).toContain('"soon" is not a date');
    expect(flagOf("eppo", source({ variationType: "DATE" }))[1]).toContain("the type DATE is not known");
  });
});
