import fc from "fast-check";
import semver from "semver";
import { describe, test } from "vitest";

import {
  caretRange,
  compareVersions,
  parseVersion,
  tildeRange,
  type VersionRange,
} from "../../../src/flags/formats/semver.ts";

const number = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 4 }) }, fc.nat());
const identifier = fc.oneof(
  fc.nat({ max: 12 }).map(String),
  fc.constantFrom("alpha", "beta", "rc", "a", "A", "-", "0a", "x-1", "9007199254740993", "9007199254740994"),
);
const list = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
const version = fc
  .tuple(fc.constantFrom("", "v"), number, number, number, fc.option(list), fc.option(list))
  .map(
    ([v, a, b, c, pre, build]) =>
      `${v}${a}.${b}.${c}${pre === null ? "" : `-${pre}`}${build === null ? "" : `+${build}`}`,
  );

const RUNS = { numRuns: 3000 };

function isIn(text: string, { lower, upper }: VersionRange): boolean {
  const given = parseVersion(text)!;
  return compareVersions(given, lower) >= 0 && compareVersions(given, upper) < 0;
}

describe("semantic versions", () => {
  test("have the order of the semver package", ({ expect }) => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(parseVersion(a)!, parseVersion(b)!))).toBe(compareInPackage(a, b));
      }),
      RUNS,
    );
  });

  test("are those that the semver package accepts", ({ expect }) => {
    const almost = fc.oneof(
      version,
      fc
        .tuple(version, fc.nat({ max: 30 }), fc.constantFrom("", ".", "-", "+", "0", "v", "=", " ", "é", "_"))
        .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + 1)),
      fc.string({ unit: fc.constantFrom("0", "1", ".", "-", "+", "v", "a"), maxLength: 9 }),
    );
    fc.assert(
      fc.property(almost, (text) => {
        // Unlike this parser, the package trims, allows "=", and rejects prerelease numbers above 2^53.
        if (/[\s=]/.test(text) || /\d{16}/.test(text)) return;
        expect(parseVersion(text) !== undefined, text).toBe(semver.valid(text) !== null);
      }),
      RUNS,
    );
  });

  test.for([
    "1",
    "1.2",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-01",
    "1.2.3-",
    "1.2.3+",
    "1.2.3-a..b",
    " 1.2.3",
    "V1.2.3",
    "1.2.3-é",
    "",
    "9007199254740992.0.0",
    "1".repeat(257),
  ])("exclude %j", (text, { expect }) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  test.for([
    ["^", caretRange],
    ["~", tildeRange],
  ] as const)(
    "are in a %s range as in the semver package, with prereleases by their order",
    ([sign, range], { expect }) => {
      fc.assert(
        fc.property(version, version, (text, base) => {
          if (/\d{16}/.test(text + base)) return;
          const lower = semver.parse(base)!;
          const satisfies = semver.satisfies(text, `${sign}${lower.version}`, { includePrerelease: true });
          const lowered = semver.lt(text, base);
          // For ^0.x.y, the package also accepts prereleases below the version. Here the version is the lower bound.
          expect(isIn(text, range(parseVersion(base)!)), `${text} in ${sign}${base}`).toBe(satisfies && !lowered);
        }),
        RUNS,
      );
    },
  );
});

/** Compares with the package, which rejects prerelease numbers above 2^53, so smaller numbers stand in for them. */
function compareInPackage(a: string, b: string): number {
  const big = /9007199254740993|9007199254740994/g;
  // The replacements keep the order, and are above every other number in these tests.
  const shrink = (text: string): string => text.replace(big, (found) => (found.endsWith("3") ? "1000000" : "1000001"));
  return semver.compare(shrink(a), shrink(b));
}
