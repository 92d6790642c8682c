import fc from "fast-check";
import { describe, test } from "vitest";
import { matchesGlob } from "../../../../src/http/management/cache/glob.ts";

describe("patterns over flag keys", () => {
  test("match as the equivalent regular expression does", ({ expect }) => {
    const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet.split("")), maxLength: 8 });
    fc.assert(
      fc.property(letters("ab.*?"), letters("ab.-"), (pattern, key) => {
        const expression = pattern
          .replaceAll(".", String.raw`\.`)
          .replaceAll("*", ".*")
          .replaceAll("?", ".");
        expect(matchesGlob(pattern, key)).toBe(new RegExp(`^${expression}$`).test(key));
      }),
      { numRuns: 2000 },
    );
  });

  test("take no longer with many wildcards than the lengths allow", ({ expect }) => {
    expect(matchesGlob(`${"a*".repeat(60)}b`, "a".repeat(128))).toBe(false);
  });
});
