import fc from "fast-check";
import { describe, test, vi } from "vitest";

import { compileFlag, newCompilation, planFlag } from "../../../src/evaluation/compile.ts";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import { FALSE, TRUE, UNKNOWN, type Truth } from "../../../src/evaluation/truth.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { parseFlagInput } from "../../../src/flags/parse.ts";
import { validateFlag } from "../../../src/flags/validate.ts";
import * as arbitrary from "./arbitraries.ts";
import { aFlag } from "./documents.ts";

vi.setConfig({ testTimeout: 30_000 });

const RUNS = { numRuns: 200 };
const REASONS = new Set(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR"]);

describe("every valid document", () => {
  test("passes validation and compiles", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, (document) => {
        const { segments: _segments, dependencies: _dependencies, ...written } = document;
        expect(validateFlag(written)).toEqual([]);
        expect(() => parseFlagInput(written)).not.toThrow();
        expect(() => planFlag(document)).not.toThrow();
      }),
      RUNS,
    );
  });

  test("returns one of its own resolutions for every context", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, arbitrary.input, (document, input) => {
        const flag = compileFlag(document);
        const resolution = flag.evaluate(input);
        expect(REASONS.has(resolution.reason)).toBe(true);
        expect(Object.isFrozen(resolution)).toBe(true);
        expect(flag.evaluate(input), "the same object again").toBe(resolution);
        if (resolution.reason === "ERROR") expect(resolution.errorDetails).toMatch(/is required|serves this error/);
        else if (resolution.variant !== undefined) {
          expect(resolution.value).toBe(document.variants[resolution.variant]);
        }
      }),
      RUNS,
    );
  });

  test("is explained as it is evaluated", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, arbitrary.input, (document, input) => {
        const explanation = explainFlag(document, input);
        const resolution = compileFlag(document).evaluate(input);
        expect(explanation.problem).toBeUndefined();
        expect(explanation.resolution).toEqual(resolution);
        expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
        const matched = explanation.rules.find(({ state }) => state === "matched");
        if ("ruleId" in resolution) expect(matched?.id).toBe(resolution.ruleId);
        if (explanation.default.state === "served") expect("ruleId" in resolution).toBe(false);
      }),
      RUNS,
    );
  });

  test("returns the same result until its next boundary", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, arbitrary.input, fc.nat(), (document, input, ahead) => {
        const flag = compileFlag(document);
        if (flag.readsAge) return;
        const boundary = flag.nextBoundary(input.now) ?? Number.MAX_SAFE_INTEGER;
        const later = Math.min(input.now + ahead, boundary - 1);
        if (later < input.now) return;
        expect(flag.evaluate({ ...input, now: later })).toBe(flag.evaluate(input));
      }),
      RUNS,
    );
  });

  test("does not depend on the request unless it says so", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, arbitrary.input, (document, input) => {
        const flag = compileFlag(document);
        if (flag.readsRequest) return;
        expect(flag.evaluate({ ...input, request: {} })).toBe(flag.evaluate(input));
      }),
      RUNS,
    );
  });
});

describe("any other document", () => {
  test("compiles to a flag that returns a resolution, whatever JSON it is", ({ expect }) => {
    fc.assert(
      fc.property(fc.jsonValue(), arbitrary.input, (json, input) => {
        const flag = compileFlag(json as unknown as FlagDocument);
        expect(flag.evaluate(input)).toMatchObject({ reason: "ERROR", errorCode: "PARSE_ERROR" });
        expect(explainFlag(json as unknown as FlagDocument, input).problem).toBeTypeOf("string");
      }),
      RUNS,
    );
  });

  test("returns a resolution even if one part is replaced by any JSON", ({ expect }) => {
    fc.assert(
      fc.property(arbitrary.document, arbitrary.input, fc.nat(), fc.jsonValue(), (document, input, at, json) => {
        const broken = replacePart(document, at, json);
        const flag = compileFlag(broken);
        expect(REASONS.has(flag.evaluate(input).reason)).toBe(true);
        expect(() => flag.nextBoundary(input.now)).not.toThrow();
        expect(explainFlag(broken, input).resolution).toEqual(flag.evaluate(input));
      }),
      RUNS,
    );
  });
});

describe("three truth values", () => {
  const anything = arbitrary.condition({ segments: [], flags: [] });
  const truthOf = (
    condition: Parameters<typeof compileCondition>[0],
    input: Parameters<typeof explainFlag>[1],
  ): Truth => compileCondition(condition, newCompilation(aFlag()))(input);
  // With false < unknown < true, `all` is the minimum, `any` the maximum, and `not` the mirror image.
  const rank = (truth: Truth): number => (truth === FALSE ? 0 : truth === UNKNOWN ? 1 : 2);

  test("`all` is the minimum, `any` the maximum, `not` the mirror image", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 4 }), arbitrary.input, (conditions, input) => {
        const ranks = conditions.map((one) => rank(truthOf(one, input)));
        expect(rank(truthOf({ all: conditions }, input))).toBe(Math.min(...ranks));
        expect(rank(truthOf({ any: conditions }, input))).toBe(Math.max(...ranks));
        expect(rank(truthOf({ not: conditions[0]! }, input))).toBe(2 - ranks[0]!);
      }),
      RUNS,
    );
  });

  test("De Morgan's laws hold", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 4 }), arbitrary.input, (conditions, input) => {
        const negated = conditions.map((not) => ({ not }));
        expect(truthOf({ not: { all: conditions } }, input)).toBe(truthOf({ any: negated }, input));
        expect(truthOf({ not: { any: conditions } }, input)).toBe(truthOf({ all: negated }, input));
      }),
      RUNS,
    );
  });

  test("a rule matches only if its condition is true", ({ expect }) => {
    fc.assert(
      fc.property(anything, arbitrary.input, (when, input) => {
        const flag = compileFlag(
          aFlag({ default: { variant: "off" }, rules: [{ id: "r", when, serve: { variant: "on" } }] }),
        );
        const expected = truthOf(when, input) === TRUE ? "TARGETING_MATCH" : "DEFAULT";
        expect(flag.evaluate(input).reason).toBe(expected);
      }),
      RUNS,
    );
  });
});

/** Copies a document and replaces its `at`-th part, counted through the whole tree. */
function replacePart(document: FlagDocument, at: number, json: unknown): FlagDocument {
  const copy = structuredClone(document) as unknown as Record<string, unknown>;
  const places: [object, string][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  const [parent, key] = places[at % places.length]!;
  (parent as Record<string, unknown>)[key] = json;
  return copy as unknown as FlagDocument;
}
