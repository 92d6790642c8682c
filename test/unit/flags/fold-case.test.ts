import fc from "fast-check";
import { describe, test, vi } from "vitest";
import { compileCondition } from "../../../src/evaluation/conditions.ts";
import { newCompilation } from "../../../src/evaluation/compile.ts";
import { TRUE } from "../../../src/evaluation/truth.ts";
import type { AttributeCondition, Operator } from "../../../src/flags/document.ts";
import { foldCase } from "../../../src/flags/formats/fold-case.ts";
import { compilePattern } from "../../../src/flags/formats/pattern.ts";
import { aFlag, anInput } from "../evaluation/documents.ts";

const CASED = /[\p{Cased}\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u;

/** Letters that fold in unusual ways, and neighbours that might change how they fold. */
const LETTERS = Array.from("ΣσςSsſKkK\u212aÅå\u212bßẞİıiI\u0307µμΜǅǆǄﬁﬅﬆ\u0345ιΙ\u1fbeΆά\uffff𐐀𐐨ꭰᎠ\ud801\udc00 a.ΟΔ");
const text = fc.string({ unit: fc.oneof(fc.constantFrom(...LETTERS), fc.string({ unit: "binary", maxLength: 1 })) });

function holds(operator: Operator, attribute: unknown, value: string, caseInsensitive: boolean): boolean {
  const condition: AttributeCondition = { attribute: "a", operator, values: [value], caseInsensitive };
  return compileCondition(condition, newCompilation(aFlag()))(anInput({ a: attribute as string })) === TRUE;
}

function quoted(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Code points that could be the same letter in another case. */
function relativesOf(letter: string): string[] {
  const forms = [
    letter.toLowerCase(),
    letter.toUpperCase(),
    letter.toUpperCase().toLowerCase(),
    letter.normalize("NFKC"),
  ];
  return [...new Set(forms)].filter((form) => /^.$/su.test(form) && form !== letter);
}

describe("ignoring case", () => {
  test("makes two letters the same exactly if a pattern does", ({ expect }) => {
    const wrong: string[] = [];
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const letter = String.fromCodePoint(code);
      if (!CASED.test(letter)) continue;
      const pattern = compilePattern(`^${quoted(letter)}$`, true);
      for (const other of [foldCase(letter), ...relativesOf(letter)]) {
        const isSame = foldCase(letter) === foldCase(other);
        if (pattern.test(other) !== isSame) wrong.push(`${letter} ${other}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("folds a letter in the same way wherever it stands", ({ expect }) => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        fc.pre(one.isWellFormed() && other.isWellFormed());
        expect(foldCase(one + other)).toBe(foldCase(one) + foldCase(other));
      }),
    );
  });

  test("folds a long text like its letters, and once for all conditions on it", ({ expect }) => {
    const long = "aİΣ\uffff".repeat(100);
    expect(foldCase(long)).toBe(Array.from(long, foldCase).join(""));
    const lowerCase = vi.spyOn(String.prototype, "toLowerCase");
    try {
      const other = `${long}B`;
      for (let i = 0; i < 500; i++) foldCase(other);
      const once = lowerCase.mock.calls.length;
      foldCase(other);
      expect(lowerCase.mock.calls.length).toBe(once);
      expect(once).toBeLessThan(500);
      expect(foldCase(long)).not.toBe(foldCase(other));
    } finally {
      lowerCase.mockRestore();
    }
  });

  test.for(["equals", "in", "contains", "starts_with", "ends_with"] as const)(
    "%s loses no match that exists with case",
    (operator, { expect }) => {
      fc.assert(
        fc.property(text, text, text, (before, value, after) => {
          fc.pre(value !== "");
          for (const attribute of [value, before + value, value + after, before + value + after]) {
            if (holds(operator, attribute, value, false)) expect(holds(operator, attribute, value, true)).toBe(true);
          }
        }),
        { numRuns: 500 },
      );
    },
  );

  test.for(["array_contains_any", "array_contains_all"] as const)(
    "%s of a list loses no match that exists with case",
    (operator, { expect }) => {
      fc.assert(
        fc.property(text, fc.array(text), (value, list) => {
          expect(holds(operator, [...list, value], value, true)).toBe(true);
        }),
      );
    },
  );

  test("is symmetric", ({ expect }) => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        for (const [a, b] of [
          [one, other],
          [one, one.toUpperCase()],
          [one, one.toLowerCase()],
        ] as const) {
          expect(holds("equals", a, b, true)).toBe(holds("equals", b, a, true));
        }
      }),
    );
  });

  test("finds the same texts as a pattern", ({ expect }) => {
    fc.assert(
      fc.property(text, text, text, (before, value, after) => {
        fc.pre(value !== "" && [before, value, after].every((part) => part.isWellFormed()));
        for (const attribute of [before + value.toUpperCase() + after, before + value.toLowerCase() + after, before]) {
          const expected = holds("matches", attribute, quoted(value), true);
          expect(holds("contains", attribute, value, true), `${attribute} contains ${value}`).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.for([
    ["ΟΔΟΣ", "Σ", true],
    ["οδος", "Σ", true],
    ["ΟΔΟΣ", "ς", true],
    ["\u212a", "k", true],
    ["ﬅ", "ﬆ", true],
    ["ǅ", "ǆ", true],
    ["STRASSE", "ß", false],
    ["STRAẞE", "ß", true],
    ["İstanbul", "i", false],
    ["İstanbul", "İ", true],
    ["ılık", "i", false],
    ["E\u0301", "é", false],
    ["E\u0301", "e\u0301", true],
  ] as const)("%s contains %s: %s", ([attribute, value, expected], { expect }) => {
    expect(holds("contains", attribute, value, true)).toBe(expected);
    expect(holds("matches", attribute, value, true)).toBe(expected);
  });
});
