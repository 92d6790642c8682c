import { toJsonSchema } from "@valibot/to-json-schema";
import fc from "fast-check";
import { describe, test } from "vitest";

import { OPERATORS, type Condition } from "../../../src/flags/document.ts";
import { LIMITS } from "../../../src/flags/limits.ts";
import { parseFlagInput, parseSegmentInput } from "../../../src/flags/parse.ts";
import * as schemas from "../../../src/flags/schema.ts";
import { InvalidInputError } from "../../../src/ops/errors.ts";
import { document } from "../evaluation/arbitraries.ts";

const flag = {
  key: "f",
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  default: { variant: "on" },
};
const rollout = {
  weights: [
    ["on", 50_000],
    ["off", 50_000],
  ],
};
const rule = { id: "r", serve: { variant: "on" } };
const leaf = (condition: object): object => ({ ...flag, rules: [{ ...rule, when: condition }] });

function problemsOf(input: unknown, parse: (input: unknown) => unknown = parseFlagInput): Record<string, string> {
  try {
    parse(input);
    return {};
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
}

function nested(depth: number): Condition {
  let condition: Condition = { attribute: "a", operator: "exists" };
  for (let i = 1; i < depth; i++) condition = { not: condition };
  return condition;
}

describe("parseFlagInput", () => {
  test("fills in what was left out", ({ expect }) => {
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

  test("stores the flag's key as salt of every rollout without one, and keeps a given salt", ({ expect }) => {
    const parsed = parseFlagInput({
      ...flag,
      rules: [
        { id: "a", serve: { rollout } },
        { id: "b", serve: { rollout: { ...rollout, salt: "older-key" } } },
      ],
    });
    expect(parsed.rules.map(({ serve }) => "rollout" in serve && serve.rollout.salt)).toEqual(["f", "older-key"]);
  });

  test("takes back what it gave out, with the server's own fields", ({ expect }) => {
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

  test("reports everything that is wrong at once", ({ expect }) => {
    expect(Object.keys(problemsOf({ ...flag, key: "a b", offVariant: 1, extra: true, enabled: "yes" }))).toEqual([
      "/key",
      "/enabled",
      "/offVariant",
      "/extra",
    ]);
  });

  const refused: [string, unknown, string, RegExp][] = [
    ["no object", null, "", /must be an object with .*key/],
    ["a missing field", { ...flag, default: undefined }, "/default", /variant, rollout, draw/],
    ["an unknown field", { ...flag, flags: 1 }, "/flags", /is not a known field; accepted fields are .*variants/],
    [
      "an unknown field of a condition",
      leaf({ attribute: "a", operator: "in", values: [1], value: 1 }),
      "/rules/0/when/value",
      /accepted fields are attribute, operator, values/,
    ],
    [
      "an unknown field of a nested rollout",
      { ...flag, rules: [{ ...rule, serve: { rollout: { ...rollout, seed: 1 } } }] },
      "/rules/0/serve/rollout/seed",
      /accepted fields are by, salt/,
    ],
    ["an unknown kind", { ...flag, kind: "toggle" }, "/kind", /flag, switch, sample/],
    ["an unknown type", { ...flag, type: "json" }, "/type", /boolean, string, integer, float, object/],
    ["a key that clients would escape", { ...flag, key: "a/b" }, "/key", /A-Z a-z 0-9/],
    ["a key that is too long", { ...flag, key: "k".repeat(129) }, "/key", /1 to 128/],
    ["a reserved key", { ...flag, key: "constructor" }, "/key", /reserved/],
    ["another schema version", { ...flag, schemaVersion: 2 }, "/schemaVersion", /must be 1/],

    ["a value of another type", { ...flag, variants: { on: true, off: 0 } }, "/variants/off", /true or false/],
    ["a text for a number", { ...flag, type: "float", variants: { on: "1" } }, "/variants/on", /finite number/],
    ["a fraction for an integer", { ...flag, type: "integer", variants: { on: 1.5 } }, "/variants/on", /whole number/],
    [
      "an integer past 2^53",
      { ...flag, type: "integer", variants: { on: 2 ** 53 } },
      "/variants/on",
      /9007199254740991/,
    ],
    ["null for an object", { ...flag, type: "object", variants: { on: null } }, "/variants/on", /object or a list/],
    ["null for a string", { ...flag, type: "string", variants: { on: null } }, "/variants/on", /text/],
    ["no variants", { ...flag, variants: {} }, "/variants", /1 to 50/],
    [
      "too many variants",
      { ...flag, variants: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`v${i}`, true])) },
      "/variants",
      /1 to 50/,
    ],
    [
      "a variant with a bad name",
      { ...flag, variants: { on: true, "a b": true } },
      "/variants/a b",
      /must have a name of/,
    ],
    [
      "a variant name with a slash",
      { ...flag, variants: { on: true, "a/~b": true } },
      "/variants/a~1~0b",
      /must have a name of/,
    ],
    [
      "a value that is too large",
      { ...flag, type: "string", variants: { on: "x".repeat(LIMITS.valueBytes) } },
      "/variants/on",
      /32768 bytes/,
    ],
    ["a variant called __proto__", JSON.parse('{"variants":{"__proto__":true}}'), "/variants/__proto__", /reserved/],
    [
      "a variant called constructor",
      { ...flag, variants: { on: true, constructor: true } },
      "/variants/constructor",
      /reserved/,
    ],
    ["metadata called prototype", { ...flag, metadata: { prototype: 1 } }, "/metadata/prototype", /reserved/],
    ["a rule called __proto__", { ...flag, rules: [{ ...rule, id: "__proto__" }] }, "/rules/0/id", /reserved/],
    [
      "__proto__ inside a value",
      { ...flag, type: "object", variants: { on: JSON.parse('{"a":[{"__proto__":1}]}') } },
      "/variants/on/a/0/__proto__",
      /reserved/,
    ],
    ["a fraction in metadata", { ...flag, metadata: { n: 0.5 } }, "/metadata/n", /32-bit/],
    ["a long number in metadata", { ...flag, metadata: { n: 2 ** 31 } }, "/metadata/n", /32-bit/],
    ["a list in metadata", { ...flag, metadata: { n: [] } }, "/metadata/n", /32-bit/],

    ["an unknown off variant", { ...flag, offVariant: "none" }, "/offVariant", /its variants are on, off/],
    [
      "an unknown default variant",
      { ...flag, default: { variant: "none" } },
      "/default/variant",
      /its variants are on, off/,
    ],
    [
      "an inherited name as variant",
      { ...flag, default: { variant: "toString" } },
      "/default/variant",
      /its variants are on, off/,
    ],
    [
      "an unknown variant in weights",
      { ...flag, default: { rollout: { weights: [["none", 100_000]] } } },
      "/default/rollout/weights/0/0",
      /its variants are on, off/,
    ],
    [
      "a default that leaves someone out",
      { ...flag, default: { rollout: { weights: [["on", 99_999]] } } },
      "/default/rollout/weights",
      /must sum to exactly 100000, but sum to 99999/,
    ],
    [
      "a default over the total",
      {
        ...flag,
        default: {
          rollout: {
            weights: [
              ["on", 100_000],
              ["off", 1],
            ],
          },
        },
      },
      "/default/rollout/weights",
      /must sum to exactly 100000, but sum to 100001/,
    ],
    [
      "weights over the total",
      {
        ...flag,
        rules: [
          {
            ...rule,
            serve: {
              rollout: {
                weights: [
                  ["on", 60_000],
                  ["off", 60_000],
                ],
              },
            },
          },
        ],
      },
      "/rules/0/serve/rollout/weights",
      /at most 100000/,
    ],
    [
      "a fraction of a weight",
      { ...flag, default: { rollout: { weights: [["on", 0.5]] } } },
      "/default/rollout/weights/0/1",
      /whole number/,
    ],
    [
      "a negative weight",
      { ...flag, default: { rollout: { weights: [["on", -1]] } } },
      "/default/rollout/weights/0/1",
      /from 0/,
    ],
    [
      "a weight without variant",
      { ...flag, default: { rollout: { weights: [[5]] } } },
      "/default/rollout/weights/0/0",
      /text/,
    ],
    ["no weights", { ...flag, default: { rollout: { weights: [] } } }, "/default/rollout/weights", /at least 1/],
    [
      "an unknown hash",
      { ...flag, default: { rollout: { ...rollout, hash: "md5" } } },
      "/default/rollout/hash",
      /murmur3-mulshift/,
    ],
    [
      "nothing to bucket by",
      { ...flag, default: { rollout: { ...rollout, by: [] } } },
      "/default/rollout/by",
      /at least 1/,
    ],
    [
      "bucketing by the request itself",
      { ...flag, default: { rollout: { ...rollout, by: ["request"] } } },
      "/default/rollout/by/0",
      /reserved/,
    ],
    [
      "a ramp that ends before it starts",
      {
        ...flag,
        default: { rollout: { ...rollout, ramp: { from: 0, to: 1, startAt: "2026-01-02", endAt: "2026-01-01" } } },
      },
      "/default/rollout/ramp/endAt",
      /after startAt/,
    ],
    [
      "a ramp past the total",
      {
        ...flag,
        default: {
          rollout: { ...rollout, ramp: { from: 0, to: 100_001, startAt: "2026-01-01", endAt: "2026-01-02" } },
        },
      },
      "/default/rollout/ramp/to",
      /to 100000/,
    ],

    ["two rules of one id", { ...flag, rules: [rule, rule] }, "/rules/1/id", /earlier rule/],
    [
      "too many rules",
      { ...flag, rules: Array.from({ length: 101 }, (_, i) => ({ ...rule, id: `r${i}` })) },
      "/rules",
      /at most 100/,
    ],
    [
      "a schedule backwards",
      { ...flag, rules: [{ ...rule, from: "2026-01-02", until: "2026-01-01" }] },
      "/rules/0/until",
      /after from/,
    ],
    ["a date that is none", { ...flag, rules: [{ ...rule, from: "tomorrow" }] }, "/rules/0/from", /ISO 8601/],
    [
      "needing itself",
      { ...flag, prerequisites: [{ flag: "f", variants: ["on"] }] },
      "/prerequisites/0/flag",
      /itself/,
    ],
    [
      "needing no variant",
      { ...flag, prerequisites: [{ flag: "g", variants: [] }] },
      "/prerequisites/0/variants",
      /at least 1/,
    ],

    ["no condition", leaf({}), "/rules/0/when", /one of all, any, not, attribute, segment, flag, bucket/],
    ["an empty group", leaf({ all: [] }), "/rules/0/when/all", /at least 1/],
    [
      "two forms in one",
      leaf({ not: { segment: "s" }, segment: "s" }),
      "/rules/0/when/segment",
      /accepted fields are not/,
    ],
    [
      "a fault deep inside",
      leaf({ all: [{ any: [{ not: { attribute: "a", operator: "is" } }] }] }),
      "/rules/0/when/all/0/any/0/not/operator",
      /must be one of equals/,
    ],
    ["no values", leaf({ attribute: "a", operator: "in" }), "/rules/0/when/values", /required by in/],
    [
      "a list as value",
      leaf({ attribute: "a", operator: "in", values: [[1]] }),
      "/rules/0/when/values/0",
      /text .*number/,
    ],
    [
      "values for exists",
      leaf({ attribute: "a", operator: "exists", values: [1] }),
      "/rules/0/when/values",
      /takes no values/,
    ],
    [
      "missing for exists",
      leaf({ attribute: "a", operator: "exists", missing: true }),
      "/rules/0/when/missing",
      /use not/,
    ],
    ["two bounds", leaf({ attribute: "a", operator: "lt", values: [1, 2] }), "/rules/0/when/values", /exactly one/],
    ["a text as bound", leaf({ attribute: "a", operator: "gte", values: ["1"] }), "/rules/0/when/values/0", /number/],
    ["half a pair", leaf({ attribute: "a", operator: "between", values: [1, 2, 3] }), "/rules/0/when/values", /pairs/],
    [
      "bounds backwards",
      leaf({ attribute: "a", operator: "between", values: [2, 1] }),
      "/rules/0/when/values/1",
      /lower bound/,
    ],
    [
      "a number for contains",
      leaf({ attribute: "a", operator: "contains", values: [1] }),
      "/rules/0/when/values/0",
      /text/,
    ],
    [
      "a look-ahead",
      leaf({ attribute: "a", operator: "matches", values: ["ok", "a(?=b)"] }),
      "/rules/0/when/values/1",
      /not a valid RE2 pattern.*\(\?=/,
    ],
    [
      "a back reference",
      leaf({ attribute: "a", operator: "matches", values: ["(a)\\1"] }),
      "/rules/0/when/values/0",
      /not a valid RE2 pattern/,
    ],
    ["no date", leaf({ attribute: "a", operator: "before", values: ["soon"] }), "/rules/0/when/values/0", /ISO 8601/],
    [
      "no version",
      leaf({ attribute: "a", operator: "semver_gt", values: ["1.2"] }),
      "/rules/0/when/values/0",
      /semantic version/,
    ],
    [
      "no address",
      leaf({ attribute: "a", operator: "ip_in_cidr", values: ["10.0.0.0/33"] }),
      "/rules/0/when/values/0",
      /CIDR/,
    ],
    [
      "case where there is none",
      leaf({ attribute: "a", operator: "lt", values: [1], caseInsensitive: true }),
      "/rules/0/when/caseInsensitive",
      /does not compare text/,
    ],
    [
      "an attribute that is the request",
      leaf({ attribute: "request", operator: "exists" }),
      "/rules/0/when/attribute",
      /reserved/,
    ],
    [
      "an attribute that is the request, as a step",
      leaf({ attribute: ["request"], operator: "exists" }),
      "/rules/0/when/attribute",
      /reserved/,
    ],
    [
      "an attribute without name",
      leaf({ attribute: "", operator: "exists" }),
      "/rules/0/when/attribute",
      /must not be empty/,
    ],
    [
      "an empty range",
      leaf({ bucket: { by: ["id"], salt: "s", hash: "murmur3-mulshift", ranges: [[5, 5]] } }),
      "/rules/0/when/bucket/ranges/0",
      /begin before/,
    ],
    [
      "too many values",
      leaf({ attribute: "a", operator: "in", values: Array.from({ length: 5001 }, (_, i) => i) }),
      "/rules/0/when/values",
      /at most 5000/,
    ],
    ["conditions nested too deeply", leaf(nested(17)), `/rules/0/when${"/not".repeat(16)}`, /at most 16/],
    [
      "too many conditions",
      { ...flag, rules: [{ ...rule, when: { any: Array.from({ length: 500 }, () => nested(1)) } }] },
      "/rules/0/when/any/499",
      /at most 500/,
    ],
    ["JSON nested beyond the stack", leaf(nested(100_000)), `/rules/0/when${"/not".repeat(61)}`, /at most 64/],

    ["a switch with rules", { ...flag, kind: "switch", rules: [rule] }, "/rules", /no targeting/],
    ["a switch with a rollout", { ...flag, kind: "switch", default: { rollout } }, "/default", /no rollout/],
    [
      "a switch of text",
      { ...flag, kind: "switch", type: "string", variants: { on: "a" } },
      "/type",
      /boolean for a switch/,
    ],
    ["a sample that does not draw", { ...flag, kind: "sample" }, "/default", /must be a draw/],
    [
      "a sample with a rollout in a rule",
      { ...flag, kind: "sample", default: { draw: rollout }, rules: [{ ...rule, serve: { rollout } }] },
      "/rules/0/serve/rollout",
      /not allowed in a sample/,
    ],
    ["a flag that draws", { ...flag, default: { draw: rollout } }, "/default/draw", /only in a sample/],
    [
      "a draw that leaves some calls out",
      { ...flag, kind: "sample", default: { draw: { weights: [["on", 1]] } } },
      "/default/draw/weights",
      /exactly/,
    ],
  ];

  test.for(refused)("refuses %s", ([, input, pointer, detail], { expect }) => {
    expect(problemsOf(input)[pointer]).toMatch(detail);
  });

  test("refuses a flag that is too large as a whole", ({ expect }) => {
    const variants = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`v${i}`, "x".repeat(30_000)]));
    expect(problemsOf({ ...flag, type: "string", variants, default: { variant: "v0" } })).toEqual({
      "": expect.stringContaining("262144"),
    });
  });

  test("accepts the greatest of everything", ({ expect }) => {
    expect(problemsOf(leaf(nested(16)))).toEqual({});
    expect(problemsOf({ ...flag, key: "k".repeat(128) })).toEqual({});
    expect(problemsOf({ ...flag, type: "integer", variants: { on: -(2 ** 53 - 1) } })).toEqual({});
    expect(
      problemsOf({ ...flag, rules: [{ ...rule, when: { any: Array.from({ length: 499 }, () => nested(1)) } }] }),
    ).toEqual({});
  });

  test("accepts a default of less than everyone while it is ramped", ({ expect }) => {
    const ramp = { from: 0, to: 100_000, startAt: "2026-01-01T00:00:00Z", endAt: "2026-02-01T00:00:00Z" };
    expect(problemsOf({ ...flag, default: { rollout: { weights: [["on", 50_000]], ramp } } })).toEqual({});
  });

  test("answers any JSON with InvalidInputError or a flag", ({ expect }) => {
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

describe("parseSegmentInput", () => {
  test("keeps a segment as it is", ({ expect }) => {
    const segment = {
      key: "beta",
      description: "Testers",
      condition: { attribute: "plan", operator: "in", values: ["pro"] },
    };
    expect(parseSegmentInput(segment)).toEqual(segment);
  });

  test.for([
    ["no condition", { key: "s" }, "/condition", /is required/],
    ["a bad key", { key: "a b", condition: nested(1) }, "/key", /1 to 128/],
    ["a reserved key", { key: "constructor", condition: nested(1) }, "/key", /reserved/],
    [
      "a fault deep inside",
      { key: "s", condition: { not: { attribute: "a", operator: "matches", values: ["("] } } },
      "/condition/not/values/0",
      /RE2/,
    ],
  ] as const)("refuses %s", ([, input, pointer, detail], { expect }) => {
    expect(problemsOf(input, parseSegmentInput)[pointer]).toMatch(detail);
  });
});

describe("schemas", () => {
  const exported = Object.entries(schemas).filter(([name]) => name.endsWith("Schema"));

  test("all convert to JSON Schema", ({ expect }) => {
    for (const [name, schema] of exported) {
      expect(() => toJsonSchema(schema as (typeof schemas)["ruleSchema"], { errorMode: "throw" }), name).not.toThrow();
    }
    expect(exported.length).toBeGreaterThan(7);
  });

  test("name every operator", ({ expect }) => {
    const text = JSON.stringify(toJsonSchema(schemas.conditionSchema));
    for (const operator of OPERATORS) expect(text).toContain(`"${operator}"`);
  });
});
