import fc from "fast-check";
import murmurhash from "murmurhash";
import { describe, test } from "vitest";

import { bucketOf } from "../../../src/evaluation/bucketing.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import { hashState, murmur3 } from "../../../src/evaluation/hashing/murmur3.ts";
import type { Rollout } from "../../../src/flags/document.ts";
import { aFlag, anInput } from "./documents.ts";

const encoder = new TextEncoder();
const hashOf = (prefix: string, value: string): number => murmur3(hashState(prefix), value) >>> 0;
/** Generates any UTF-16 text, including lone surrogates. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
);

function serving(rollout: Partial<Rollout>): (key: string, now?: number) => string | undefined {
  const flag = compileFlag(
    aFlag({
      variants: { a: true, b: false, c: true },
      offVariant: null,
      default: {
        rollout: { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift", weights: [["a", 100_000]], ...rollout },
      },
    }),
  );
  return (targetingKey, now = 0) => {
    const resolution = flag.evaluate(anInput({ targetingKey }, { now }));
    return resolution.reason === "ERROR" ? resolution.errorCode : resolution.variant;
  };
}

const KEYS = Array.from({ length: 100_000 }, (_, i) => `user-${i}`);

describe("murmur3", () => {
  test("matches the reference vectors", ({ expect }) => {
    const hash = (text: string): number => hashOf("", text);
    expect([
      hash(""),
      hash("hello"),
      hash("hello, world"),
      hash("The quick brown fox jumps over the lazy dog"),
    ]).toEqual([0, 0x248bfa47, 0x149bbb7f, 0x2e4ff723]);
  });

  test("agrees with another implementation over the UTF-8 bytes of any text", ({ expect }) => {
    fc.assert(
      fc.property(anyText, anyText, (salt, value) => {
        const bytes = encoder.encode(`${salt}:${value}`);
        expect(hashOf(`${salt}:`, value)).toBe(murmurhash.v3(bytes, 0));
        expect(hashOf(`${salt}:`, value), "the second time").toBe(murmurhash.v3(bytes, 0));
      }),
      { numRuns: 2000 },
    );
  });

  test("does not depend on where the prefix ends", ({ expect }) => {
    for (let at = 0; at <= 12; at++) {
      const text = "abcdefghijkl";
      expect(hashOf(text.slice(0, at), text.slice(at))).toBe(hashOf("", text));
    }
  });

  test("does not depend on earlier hashes", ({ expect }) => {
    const anyPrefix = fc.string({ unit: "binary", maxLength: 8 });
    const once = (prefix: string, value: string): number => murmurhash.v3(encoder.encode(prefix + value), 0);
    fc.assert(
      fc.property(
        fc.array(anyPrefix, { minLength: 1 }),
        fc.array(anyText, { minLength: 1, maxLength: 3 }),
        (prefixes, values) => {
          for (const value of values) {
            // The colon separates a surrogate at the end of the prefix from one at the beginning of the value.
            for (const prefix of prefixes) expect(hashOf(`${prefix}:`, value)).toBe(once(`${prefix}:`, value));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("bucket", () => {
  test("is the exact 64-bit product, shifted", ({ expect }) => {
    fc.assert(
      fc.property(anyText, (value) => {
        const exact = (BigInt(hashOf("s:", value)) * 100_000n) >> 32n;
        expect(bucketOf("s", value)).toBe(Number(exact));
      }),
    );
  });

  test("spreads 100,000 keys evenly (chi-square over 100 cells)", ({ expect }) => {
    for (const salt of ["f", "checkout-redesign", "größe"]) {
      const cells = Array.from({ length: 100 }, () => 0);
      for (const key of KEYS) cells[Math.floor(bucketOf(salt, key) / 1000)]!++;
      const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      // With 99 degrees of freedom, 170 is more than 5 standard deviations (14.1 each) above the mean.
      expect(chiSquare).toBeLessThan(170);
      expect(chiSquare).toBeGreaterThan(40);
    }
  });

  test("is independent under two salts", ({ expect }) => {
    let both = 0;
    for (const key of KEYS) {
      if (bucketOf("one", key) < 50_000 && bucketOf("two", key) < 50_000) both++;
    }
    // The limit is 5 standard deviations of a binomial distribution with p = 1/4.
    expect(Math.abs(both - 25_000)).toBeLessThan(5 * Math.sqrt(100_000 * 0.25 * 0.75));
  });
});

describe("weights", () => {
  test("are the shares that are served, within 5 sigma", ({ expect }) => {
    const weights: [string, number][] = [
      ["a", 50_000],
      ["b", 30_000],
      ["c", 20_000],
    ];
    const serve = serving({ weights });
    const counts = new Map<string | undefined, number>();
    for (const key of KEYS) counts.set(serve(key), (counts.get(serve(key)) ?? 0) + 1);
    for (const [variant, weight] of weights) {
      const p = weight / 100_000;
      expect(Math.abs((counts.get(variant) ?? 0) - KEYS.length * p)).toBeLessThan(
        5 * Math.sqrt(KEYS.length * p * (1 - p)),
      );
    }
  });

  test("move only the added subjects if one is raised at the last one's expense", ({ expect }) => {
    const share = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(share, share, fc.array(fc.string()), (one, other, keys) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const before = serving({
          weights: [
            ["a", low],
            ["b", 100_000 - low],
          ],
        });
        const after = serving({
          weights: [
            ["a", high],
            ["b", 100_000 - high],
          ],
        });
        for (const key of keys) {
          if (before(key) === "a") expect(after(key)).toBe("a");
          if (before(key) !== after(key)) expect([before(key), after(key)]).toEqual(["b", "a"]);
        }
      }),
    );
  });

  // The hash of the second key is the last one of its bucket, and that of the third key the first one.
  test.for(["user-1", "user-99510", "user-93668"])(
    "give the bucket of %s on the edge to the next range",
    (key, { expect }) => {
      const bucket = bucketOf("f", key);
      const servedUpTo = (end: number) =>
        serving({
          weights: [
            ["a", end],
            ["b", 100_000 - end],
          ],
        })(key);
      expect(servedUpTo(bucket)).toBe("b");
      expect(servedUpTo(bucket + 1)).toBe("a");
    },
  );
});

describe("ramp", () => {
  const start = Date.UTC(2026, 0);
  const end = Date.UTC(2027, 0);
  const ramp = { from: 10_000, to: 60_000, startAt: "2026-01-01T00:00:00Z", endAt: "2027-01-01T00:00:00Z" };

  test("only adds subjects as it rises", ({ expect }) => {
    const serve = serving({
      weights: [
        ["a", 30_000],
        ["b", 70_000],
      ],
      ramp,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: start - 1000, max: end + 1000 }),
        fc.nat(end - start),
        fc.string(),
        (now, ahead, key) => {
          const early = serve(key, now);
          if (early !== undefined) expect(serve(key, now + ahead)).toBe(early);
        },
      ),
    );
  });

  test("serves its share of every variant", ({ expect }) => {
    const serve = serving({
      weights: [
        ["a", 30_000],
        ["b", 70_000],
      ],
      ramp,
    });
    const halfway = (start + end) / 2;
    for (const [now, exposure] of [
      [start - 1, 0.1],
      [halfway, 0.35],
      [end, 0.6],
      [end + (end - start), 0.6],
    ] as const) {
      for (const [variant, weight] of [
        ["a", 0.3],
        ["b", 0.7],
      ] as const) {
        const p = weight * exposure;
        const served = KEYS.filter((key) => serve(key, now) === variant).length;
        expect(Math.abs(served - KEYS.length * p)).toBeLessThan(5 * Math.sqrt(KEYS.length * p * (1 - p)));
      }
    }
  });

  test("keeps a result from being cached while it runs", ({ expect }) => {
    const flag = compileFlag(
      aFlag({
        default: {
          rollout: { by: ["targetingKey"], salt: "f", hash: "murmur3-mulshift", weights: [["on", 100_000]], ramp },
        },
      }),
    );
    expect([start - 5, start, start + 5, end - 1, end].map((now) => flag.nextBoundary(now))).toEqual([
      start,
      start,
      start + 5,
      end - 1,
      undefined,
    ]);
    const step = (end - start) / 2;
    expect([start - 5, start, start + 5, end - 1, end].map((now) => flag.nextBoundary(now, step))).toEqual([
      start,
      start + step,
      start + 5 + step,
      end,
      undefined,
    ]);
  });
});
