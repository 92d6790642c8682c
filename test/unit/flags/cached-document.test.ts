import fc from "fast-check";
import { describe, test } from "vitest";

import { compileFlag } from "../../../src/evaluation/compile.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { ENVIRONMENT_PATTERN } from "../../../src/flags/limits.ts";
import { document, input } from "../evaluation/arbitraries.ts";
import { aFlag } from "../evaluation/documents.ts";

describe("parseCachedDocument", () => {
  test("returns every document that was written", ({ expect }) => {
    fc.assert(
      fc.property(document, (one) => {
        const json: unknown = JSON.parse(JSON.stringify(one));
        expect(parseCachedDocument(json)).toBe(json);
      }),
      { numRuns: 50 },
    );
  });

  test.for([
    ["another schema version", { schemaVersion: 2 }],
    ["a version that is text", { version: "1" }],
    ["no key", { key: undefined }],
    ["an unknown kind", { kind: "toggle" }],
    ["no default", { default: undefined }],
    ["rules that are no list", { rules: {} }],
    ["variants that are a list", { variants: [] }],
    ["enabled that is text", { enabled: "true" }],
  ] as [string, object][])("rejects %s", ([, change], { expect }) => {
    expect(parseCachedDocument({ ...aFlag(), ...change })).toBeUndefined();
  });

  test("accepts nothing that throws later", ({ expect }) => {
    const field = fc.constantFrom(
      "variants",
      "default",
      "rules",
      "prerequisites",
      "segments",
      "dependencies",
      "metadata",
    );
    fc.assert(
      fc.property(field, fc.jsonValue(), input, (name, json, given) => {
        const parsed = parseCachedDocument({ ...aFlag(), [name]: json });
        if (parsed) expect(compileFlag(parsed).evaluate(given).reason).toBeTypeOf("string");
      }),
    );
  });
});

test.for([
  ["production", true],
  ["eu-west-1", true],
  ["a", true],
  ["a".repeat(40), true],
  ["a".repeat(41), false],
  ["-a", false],
  ["a-", false],
  ["a--b", false],
  ["Prod", false],
  ["", false],
] as const)("an environment may be called %j: %s", ([name, isAccepted], { expect }) => {
  expect(ENVIRONMENT_PATTERN.test(name)).toBe(isAccepted);
});
