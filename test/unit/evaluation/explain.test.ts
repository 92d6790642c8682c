import { describe, test } from "vitest";

import { bucketOf } from "../../../src/evaluation/bucketing.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import type { Condition, Serve } from "../../../src/flags/document.ts";
import { aDependency, aFlag, anInput } from "./documents.ts";

const pro: Condition = { attribute: "plan", operator: "in", values: ["pro"], missing: "unknown" };
const rollout = { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift" as const };

describe("explainFlag", () => {
  test("shows every rule's state and the result of every condition", ({ expect }) => {
    const bucket = bucketOf("f", "user-1");
    const document = aFlag({
      default: { variant: "off" },
      segments: { pros: pro },
      rules: [
        { id: "later", from: "2030-01-01", serve: { variant: "on" } },
        { id: "pros", when: { all: [{ segment: "pros" }, { not: { segment: "pros" } }] }, serve: { variant: "on" } },
        { id: "few", serve: { rollout: { ...rollout, weights: [["on", bucket]] } } },
        { id: "many", serve: { rollout: { ...rollout, weights: [["on", bucket + 1]] } } },
        { id: "rest", serve: { variant: "on" } },
      ],
    });
    const leaf = { attribute: "plan", operator: "in", values: ["pro"], isPresent: false, result: "unknown" };
    expect(explainFlag(document, anInput({ targetingKey: "user-1" }))).toEqual({
      flag: "f",
      resolution: { reason: "SPLIT", variant: "on", value: true, ruleId: "many" },
      prerequisites: [],
      rules: [
        { id: "later", state: "outside schedule" },
        {
          id: "pros",
          state: "not matched",
          when: {
            result: "unknown",
            all: [
              { segment: "pros", result: "unknown", condition: leaf },
              { result: "unknown", not: { segment: "pros", result: "unknown" } },
            ],
          },
        },
        { id: "few", state: "missed", bucket },
        { id: "many", state: "matched", bucket },
        { id: "rest", state: "not reached" },
      ],
      default: { state: "not reached" },
    });
  });

  test("shows the unmet prerequisite and the variant that it served", ({ expect }) => {
    const document = aFlag({
      prerequisites: [
        { flag: "a", variants: ["on"] },
        { flag: "b", variants: ["on"] },
      ],
      rules: [{ id: "r", serve: { variant: "on" } }],
      dependencies: { a: aDependency(), b: aDependency({ enabled: false, offVariant: null }) },
    });
    expect(explainFlag(document, anInput())).toMatchObject({
      resolution: { reason: "DEFAULT", variant: "off" },
      prerequisites: [
        { flag: "a", served: "on", isMet: true },
        { flag: "b", served: null, isMet: false },
      ],
      rules: [{ id: "r", state: "not reached" }],
      default: { state: "not reached" },
    });
  });

  test("shows the rule that led the subject to the default", ({ expect }) => {
    const document = aFlag({
      default: { variant: "off" },
      rules: [{ id: "r", serve: { rollout: { ...rollout, weights: [["on", 0]], onMiss: "default" } } }],
    });
    expect(explainFlag(document, anInput({ targetingKey: "user-1" }))).toMatchObject({
      resolution: { reason: "DEFAULT", variant: "off" },
      rules: [{ id: "r", state: "matched" }],
      default: { state: "served" },
    });
  });

  test("shows the bucket of conditions and the exposure of ramps", ({ expect }) => {
    const ramp = { from: 0, to: 100_000, startAt: "2026-01-01T00:00:00Z", endAt: "2026-01-03T00:00:00Z" };
    const document = aFlag({
      default: { rollout: { ...rollout, weights: [["on", 100_000]], ramp } },
      rules: [{ id: "r", when: { bucket: { ...rollout, ranges: [[0, 100_000]] } }, serve: { variant: "on" } }],
    });
    const halfway = Date.UTC(2026, 0, 2);
    expect(explainFlag(document, anInput({}, { now: halfway }))).toMatchObject({
      rules: [{ state: "not matched", when: { result: false, bucket: null } }],
      default: { state: "served", bucket: null, exposure: 50_000 },
    });
  });

  test("shows the bucket and the total of another system's hash", ({ expect }) => {
    const foreign = { by: ["targetingKey"], salt: "gr1", hash: "unleash-1" as const, total: 100 };
    const document = aFlag({
      default: { rollout: { ...foreign, weights: [["on", 100]] } },
      rules: [
        { id: "few", when: { bucket: { ...foreign, ranges: [[0, 72]] } }, serve: { variant: "off" } },
        { id: "some", serve: { rollout: { ...foreign, weights: [["off", 72]] } } },
      ],
    });
    expect(explainFlag(document, anInput({ targetingKey: "123" }))).toMatchObject({
      rules: [
        { when: { bucket: 72, total: 100, ranges: [[0, 72]], result: false } },
        { state: "missed", bucket: 72, total: 100 },
      ],
      default: { state: "served", bucket: 72, total: 100 },
    });
  });

  test("shows the number that a subject without a key drew in place of a bucket", ({ expect }) => {
    const weights: [string, number][] = [
      ["on", 50_000],
      ["off", 50_000],
    ];
    const document = aFlag({ default: { rollout: { ...rollout, weights, onMissingKey: "random" } } });
    const drawn = explainFlag(document, anInput({}, { random: () => 0.75 }));
    expect(drawn).toMatchObject({ resolution: { variant: "off" }, default: { bucket: null, draw: 75_000 } });
    expect(explainFlag(document, anInput({ targetingKey: "u" })).default).not.toHaveProperty("draw");
  });

  test("shows the rule that gives an error or the caller's default", ({ expect }) => {
    const explained = (serve: Serve) => explainFlag(aFlag({ rules: [{ id: "r", serve }] }), anInput());
    expect(explained({ error: "PARSE_ERROR" })).toMatchObject({
      resolution: { errorCode: "PARSE_ERROR" },
      rules: [{ id: "r", state: "matched" }],
    });
    expect(explained({ variant: null })).toMatchObject({
      resolution: { reason: "DEFAULT", ruleId: "r" },
      rules: [{ id: "r", state: "matched" }],
      default: { state: "not reached" },
    });
  });

  test("draws a sample once, for the resolution and the trace, and shows the draw", ({ expect }) => {
    let draws = 0;
    const random = (): number => (draws++ === 0 ? 0.9 : 0);
    const document = aFlag({
      kind: "sample",
      default: { variant: "off" },
      rules: [{ id: "r", serve: { draw: { weights: [["on", 50_000]] } } }],
    });
    expect(explainFlag(document, anInput({}, { random }))).toMatchObject({
      resolution: { variant: "off" },
      rules: [{ state: "missed", draw: 90_000 }],
    });
    expect(draws).toBe(1);
  });

  test("shows one draw of another sample in prerequisites, conditions and the resolution", ({ expect }) => {
    const isOn = { flag: "s", variants: ["on"] };
    const document = aFlag({
      default: { variant: "off" },
      prerequisites: [isOn],
      rules: [{ id: "r", when: { any: [{ not: isOn }, isOn] }, serve: { variant: "on" } }],
      dependencies: {
        s: aDependency({
          default: {
            draw: {
              weights: [
                ["on", 50_000],
                ["off", 50_000],
              ],
            },
          },
        }),
      },
    });
    let draws = 0;
    const random = (): number => (draws++ === 0 ? 0.1 : 0.9);
    expect(explainFlag(document, anInput({}, { random }))).toMatchObject({
      resolution: { variant: "on", ruleId: "r" },
      prerequisites: [{ served: "on", isMet: true }],
      rules: [{ state: "matched", when: { any: [{ not: { served: "on" } }, { served: "on", result: true }] } }],
    });
    expect(draws).toBe(1);
  });

  test("says why a flag cannot be evaluated", ({ expect }) => {
    const document = aFlag({ rules: [{ id: "r", when: { segment: "gone" }, serve: { variant: "on" } }] });
    expect(explainFlag(document, anInput())).toMatchObject({
      resolution: { reason: "ERROR", errorCode: "PARSE_ERROR" },
      problem: 'unknown segment "gone"',
    });
  });

  test("shows the first values of a condition and how many it leaves out", ({ expect }) => {
    const values = Array.from({ length: 12 }, (_, i) => i);
    const when: Condition = { attribute: "n", operator: "in", values };
    const { rules } = explainFlag(aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }] }), anInput());
    expect(rules[0]?.when).toMatchObject({ values: values.slice(0, 10), omittedValues: 2 });
  });

  test("shows the value of an attribute of the request", ({ expect }) => {
    const when: Condition = { attribute: "request.asn", operator: "in", values: ["1"] };
    const document = aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }] });
    const { rules } = explainFlag(document, anInput({}, { request: { asn: 3320 } }));
    expect(rules[0]?.when).toMatchObject({ value: 3320, problem: "is a number; in compares text here" });
  });

  test("does not repeat the values of the context's attributes", ({ expect }) => {
    const document = aFlag({ rules: [{ id: "r", when: pro, serve: { variant: "on" } }] });
    expect(JSON.stringify(explainFlag(document, anInput({ plan: "secret" })))).not.toContain("secret");
  });
});
