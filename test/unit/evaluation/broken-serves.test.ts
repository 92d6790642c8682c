import { describe, test } from "vitest";

import { compileFlag, planFlag } from "../../../src/evaluation/compile.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { aFlag, anInput } from "./documents.ts";

describe("a stored flag whose buckets or outcomes cannot be compiled", () => {
  const broken: [string, FlagDocument, RegExp][] = [
    [
      "another total of the native hash",
      aFlag({
        default: { rollout: { by: ["a"], salt: "s", hash: "murmur3-mulshift", total: 9, weights: [["on", 9]] } },
      }),
      /total must be 100000/,
    ],
    [
      "another total than that of the scheme",
      aFlag({ default: { rollout: { by: ["a"], salt: "s", hash: "unleash-1", weights: [["on", 9]] } } }),
      /total must be 100 for unleash-1/,
    ],
    [
      "a fraction of a total",
      aFlag({ default: { rollout: { by: ["a"], salt: "s", hash: "flagd-2", total: 0.5, weights: [["on", 0]] } } }),
      /total must be a whole number/,
    ],
    [
      "a salt that cannot seed a hash",
      aFlag({
        default: { rollout: { by: ["a"], salt: "s", hash: "split-1", total: 100, weights: [["on", 100]] } },
      }),
      /salt must be a whole number for split-1/,
    ],
    [
      "weights over another total",
      aFlag({
        default: { rollout: { by: ["a"], salt: "s", hash: "unleash-1", total: 100, weights: [["on", 101]] } },
      }),
      /whole numbers from 0 to 100/,
    ],
    [
      "a range over another total",
      aFlag({
        rules: [
          {
            id: "r",
            when: { bucket: { by: ["a"], salt: "s", hash: "unleash-1", total: 100, ranges: [[0, 101]] } },
            serve: { variant: "on" },
          },
        ],
      }),
      /whole numbers from 0 to 100/,
    ],
    ["an error of the future", aFlag({ default: { error: "TEAPOT" as "GENERAL" } }), /unknown error "TEAPOT"/],
    [
      "an inherited name as hash scheme",
      aFlag({
        default: { rollout: { by: ["a"], salt: "s", hash: "toString" as "flagd-2", weights: [["on", 1]] } },
      }),
      /unknown hash scheme "toString"/,
    ],
  ];

  test.for(broken)("is PARSE_ERROR for any context: %s", ([, document, message], { expect }) => {
    expect(() => planFlag(document)).toThrow(message);
    expect(compileFlag(document).evaluate(anInput({ a: 1, targetingKey: "x" }))).toMatchObject({
      errorCode: "PARSE_ERROR",
    });
  });
});
