import fc from "fast-check";
import { describe, test } from "vitest";
import { parseFlagInput } from "../../../src/flags/parse.ts";
import { document } from "../evaluation/arbitraries.ts";
import { flag, nested, problemsOf, rollout, rule, withCondition } from "./flag-inputs.ts";
import { refusedConditions } from "./refused-conditions.ts";
import { refusedFlags } from "./refused-flags.ts";
import { refusedServes } from "./refused-serves.ts";
import { refusedWindows } from "./refused-windows.ts";

describe("parseFlagInput", () => {
  test("fills in the defaults", ({ expect }) => {
    expect(parseFlagInput({ ...flag, default: { rollout } })).toEqual({
      ...flag,
      kind: "flag",
      clientVisible: false,
      metadata: {},
      offVariant: null,
      rules: [],
      prerequisites: [],
      default: { rollout: { ...rollout, by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift" } },
    });
  });

  test("stores the flag's key as the salt of a rollout without one, and keeps a given salt", ({ expect }) => {
    const parsed = parseFlagInput({
      ...flag,
      rules: [
        { id: "a", serve: { rollout } },
        { id: "b", serve: { rollout: { ...rollout, salt: "older-key" } } },
      ],
    });
    expect(parsed.rules.map(({ serve }) => "rollout" in serve && serve.rollout.salt)).toEqual(["f", "older-key"]);
  });

  test("accepts its own output, with the fields that the server sets", ({ expect }) => {
    fc.assert(
      fc.property(document, ({ segments: _segments, dependencies: _dependencies, ...one }) => {
        const { schemaVersion: _schemaVersion, version: _version, ...parsed } = one;
        expect(parseFlagInput(one)).toEqual(parsed);
      }),
      { numRuns: 50 },
    );
  });

  test("keeps description, tags and owner", ({ expect }) => {
    const notes = { description: "New checkout", tags: ["shop"], owner: "growth" };
    expect(parseFlagInput({ ...flag, ...notes })).toMatchObject(notes);
  });

  test("reports every problem at once", ({ expect }) => {
    expect(Object.keys(problemsOf({ ...flag, key: "a b", offVariant: 1, extra: true, enabled: "yes" }))).toEqual([
      "/key",
      "/enabled",
      "/offVariant",
      "/extra",
    ]);
  });

  test.for(["^", ".*", "^$|@acme", "^(a|b|)$", "^[^@]*$|@acme", "a\\|", "[|]", "x(-beta|)", "(?:a|b)"])(
    "accepts the pattern %s, which is meant as it is written",
    (pattern, { expect }) => {
      const condition = { attribute: "a", operator: "matches", values: [pattern] };
      expect(problemsOf(withCondition(condition))).toEqual({});
    },
  );

  test.for([...refusedFlags, ...refusedServes, ...refusedWindows, ...refusedConditions])(
    "refuses %s",
    ([, input, pointer, detail], { expect }) => {
      expect(problemsOf(input)[pointer]).toMatch(detail);
    },
  );

  test("refuses a flag that is too large as a whole", ({ expect }) => {
    const variants = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`v${i}`, "x".repeat(30_000)]));
    expect(problemsOf({ ...flag, type: "string", variants, default: { variant: "v0" } })).toEqual({
      "": expect.stringContaining("262144"),
    });
  });

  test("accepts the largest flag", ({ expect }) => {
    expect(problemsOf(withCondition(nested(16)))).toEqual({});
    expect(problemsOf({ ...flag, key: "k".repeat(128) })).toEqual({});
    expect(problemsOf({ ...flag, type: "integer", variants: { on: -(2 ** 53 - 1) } })).toEqual({});
    expect(
      problemsOf({ ...flag, rules: [{ ...rule, when: { any: Array.from({ length: 499 }, () => nested(1)) } }] }),
    ).toEqual({});
  });

  test("accepts a default for less than everyone while it has a ramp", ({ expect }) => {
    const ramp = { from: 0, to: 100_000, startAt: "2026-01-01T00:00:00Z", endAt: "2026-02-01T00:00:00Z" };
    expect(problemsOf({ ...flag, default: { rollout: { weights: [["on", 50_000]], ramp } } })).toEqual({});
  });

  test("returns a flag or throws InvalidInputError for any JSON", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom("", "rules", "default", "variants", "prerequisites"),
        (json, field) => {
          const input = field === "" ? json : { ...flag, [field]: json };
          for (const pointer of Object.keys(problemsOf(input))) expect(pointer).toMatch(/^(\/.*)?$/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
