import { describe, test } from "vitest";
import type { ConditionTrace } from "../../../sdk/client/contract.ts";
import { bucketText } from "../../../console/src/state/try-it/reasons.ts";
import { attributesOf, traceNode } from "../../../console/src/state/try-it/trace.ts";
import type { Condition } from "../../../src/flags/document.ts";
import { addIds } from "../../../src/flags/hashes/hashed-leaf.ts";
import { explainFlag } from "../../../src/evaluation/explain.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

const segment: Condition = { attribute: "email", operator: "ends_with", values: ["@acme.com"] };
const when: Condition = {
  all: [
    { any: [{ attribute: "plan", operator: "in", values: ["pro", "team"] }, { segment: "staff" }] },
    { not: { attribute: ["account", "frozen"], operator: "equals", values: [true] } },
    { bucket: { by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift", ranges: [[0, 50_000]] } },
  ],
};

function traceOf(context: Record<string, string>): ConditionTrace {
  const flag = aFlag({ rules: [{ id: "r", when, serve: { variant: "on" } }], segments: { staff: segment } });
  return explainFlag(flag, anInput(context)).rules[0]?.when as ConditionTrace;
}

describe("the tree of a condition", () => {
  test("shows the number of packed hashes", ({ expect }) => {
    const { leaf } = addIds({ attribute: "email", operator: "in", read: { sha256: "s" } }, ["a", "b"]);
    const flag = aFlag({ rules: [{ id: "r", when: leaf, serve: { variant: "on" } }] });
    const trace = explainFlag(flag, anInput({ email: "a" })).rules[0]?.when as ConditionTrace;
    expect(traceNode(trace, leaf, new Map())).toMatchObject({ result: true, text: expect.stringMatching(/2 hashes$/) });
  });

  test("has every part with its result, its values and its missing attributes", ({ expect }) => {
    const tree = traceNode(traceOf({ targetingKey: "u", plan: "free" }), when, new Map([["staff", segment]]));
    expect(tree).toMatchObject({
      result: false,
      text: "all of",
      parts: [
        {
          result: false,
          text: "any of",
          parts: [
            { result: false, text: 'plan is one of "pro", "team"' },
            {
              result: false,
              text: "in segment staff",
              parts: [{ text: 'email ends with "@acme.com"', note: "the context has no such attribute" }],
            },
          ],
        },
        { result: true, text: "not", parts: [{ text: "account/frozen equals true" }] },
        { text: "bucket from 0% to 50%", note: expect.stringContaining("of 100,000") },
      ],
    });
  });

  test("says why an attribute cannot be compared, and what the request contained", ({ expect }) => {
    const rule = (condition: Condition) => [{ id: "r", when: condition, serve: { variant: "on" } }];
    const nodeOf = (condition: Condition, request = {}) => {
      const explained = explainFlag(aFlag({ rules: rule(condition) }), anInput({ age: "17" }, { request }));
      return traceNode(explained.rules[0]?.when as ConditionTrace, condition, new Map());
    };
    expect(nodeOf({ attribute: "age", operator: "lt", values: [18] })).toMatchObject({
      text: "age is below 18",
      note: "cannot be compared: the attribute is text; lt compares numbers",
    });
    const country: Condition = { attribute: "request.country", operator: "in", values: ["US"] };
    expect(nodeOf(country, { country: "DE" })).toMatchObject({ note: 'it is "DE"' });
    expect(nodeOf(country)).toMatchObject({ note: "the request has no such attribute" });
    expect(nodeOf({ attribute: "age", operator: "gt", values: [0], read: { modulo: 3 }, each: true })).toMatchObject({
      result: true,
      text: "age has an element that (read as the remainder of division by 3) is above 0",
    });
  });

  test("has the same form without the condition, but no values", ({ expect }) => {
    const tree = traceNode(traceOf({ plan: "pro" }), undefined, new Map());
    expect(tree.parts[0]?.parts[0]).toMatchObject({ result: true, text: "plan is one of" });
    expect(tree.parts[2]?.note).toContain("no bucket");
  });

  test("buckets of another system have their own total", ({ expect }) => {
    const bucket = { by: ["targetingKey"], salt: "gr1", hash: "unleash-1" as const, total: 100 };
    const condition: Condition = { bucket: { ...bucket, ranges: [[0, 72]] } };
    const explained = explainFlag(
      aFlag({ rules: [{ id: "r", when: condition, serve: { variant: "on" } }] }),
      anInput({ targetingKey: "123" }),
    );
    expect(traceNode(explained.rules[0]?.when as ConditionTrace, condition, new Map())).toMatchObject({
      result: false,
      text: "bucket from 0% to 72%",
      note: "bucket 72 of 100 (72%)",
    });
  });

  test("buckets have a percentage", ({ expect }) => {
    expect(bucketText(25_000)).toBe("bucket 25,000 of 100,000 (25%)");
  });

  test("the attributes of a flag are suggested, those of the request apart", ({ expect }) => {
    const country: Condition = { attribute: "request.country", operator: "in", values: ["DE"] };
    const rules = [{ id: "r", when: { any: [when, country] }, serve: { rollout: { by: ["company"], weights: [] } } }];
    const found = attributesOf({ rules, default: { variant: "on" } });
    const context = ["plan", "account", "targetingKey", "company"];
    expect(found).toMatchObject({ context, request: ["country"] });
  });
});
