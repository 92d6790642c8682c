import { LIMITS } from "../../../src/flags/limits.ts";
import { type Refused, flag, rollout, rule, withCondition } from "./flag-inputs.ts";

/** Flags that are refused for their own fields. */
export const refusedFlags: readonly Refused[] = [
  ["no object", null, "", /must be an object with .*key/],
  ["a missing field", { ...flag, default: undefined }, "/default", /variant, error, rollout, draw/],
  ["an unknown field", { ...flag, flags: 1 }, "/flags", /is not a known field; accepted fields are .*variants/],
  [
    "an unknown field of a condition",
    withCondition({ attribute: "a", operator: "in", values: [1], value: 1 }),
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
  ["an unknown type", { ...flag, type: "text" }, "/type", /boolean, string, integer, float, object, json/],
  ["a key with a space", { ...flag, key: "a b" }, "/key", /without whitespace/],
  ["a key that is too long", { ...flag, key: "k".repeat(129) }, "/key", /1 to 128/],
  ["a reserved key", { ...flag, key: "__proto__" }, "/key", /reserved/],
  ["another schema version", { ...flag, schemaVersion: 2 }, "/schemaVersion", /must be 1/],

  ["a value of another type", { ...flag, variants: { on: true, off: 0 } }, "/variants/off", /true or false/],
  ["a text for a number", { ...flag, type: "float", variants: { on: "1" } }, "/variants/on", /finite number/],
  ["a fraction for an integer", { ...flag, type: "integer", variants: { on: 1.5 } }, "/variants/on", /whole number/],
  ["an integer past 2^53", { ...flag, type: "integer", variants: { on: 2 ** 53 } }, "/variants/on", /9007199254740991/],
  ["null for an object", { ...flag, type: "object", variants: { on: null } }, "/variants/on", /object or a list/],
  ["null for a string", { ...flag, type: "string", variants: { on: null } }, "/variants/on", /text/],
  ["a list of variants", { ...flag, variants: [true, false] }, "/variants", /must be an object of variants/],
  ["a list as metadata", { ...flag, metadata: ["a"] }, "/metadata", /must be an object/],
  ["no variants", { ...flag, variants: {} }, "/variants", /1 to 256/],
  [
    "too many variants",
    { ...flag, variants: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`v${i}`, true])) },
    "/variants",
    /1 to 256/,
  ],
  [
    "a variant with a bad name",
    { ...flag, variants: { on: true, "a b": true } },
    "/variants/a b",
    /has a name that must be text/,
  ],
  [
    "a variant name with a slash and a comma",
    { ...flag, variants: { on: true, "a/~b,": true } },
    "/variants/a~1~0b,",
    /has a name that must be text/,
  ],
  [
    "a value that is too large",
    { ...flag, type: "string", variants: { on: "x".repeat(LIMITS.valueBytes) } },
    "/variants/on",
    /32768 bytes/,
  ],
  ["a variant called __proto__", JSON.parse('{"variants":{"__proto__":true}}'), "/variants/__proto__", /reserved/],
  ["metadata called __proto__", JSON.parse('{"metadata":{"__proto__":1}}'), "/metadata/__proto__", /reserved/],
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
  ["an invalid date", { ...flag, rules: [{ ...rule, from: "tomorrow" }] }, "/rules/0/from", /ISO 8601/],
  ["needing itself", { ...flag, prerequisites: [{ flag: "f", variants: ["on"] }] }, "/prerequisites/0/flag", /itself/],
  [
    "needing no variant",
    { ...flag, prerequisites: [{ flag: "g", variants: [] }] },
    "/prerequisites/0/variants",
    /at least 1/,
  ],

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
