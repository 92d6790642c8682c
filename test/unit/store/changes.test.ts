import fc from "fast-check";
import { describe, it } from "vitest";
import { changesSince, contiguousTail, type OutboxRow } from "../../../src/store/changes.ts";

const row = (version: number): OutboxRow => [version, [`f${version}`]];

describe("changesSince", () => {
  it("answers every version in (since, asOf], everything as *", ({ expect }) => {
    expect(changesSince([row(4), [5, null]], 3, 5)).toEqual([
      [4, ["f4"]],
      [5, "*"],
    ]);
    expect(changesSince([], 5, 5)).toEqual([]);
  });

  it("does not know them when a version is missing, since is not given or lies ahead", ({ expect }) => {
    expect(changesSince([row(5)], 3, 5)).toBeUndefined();
    expect(changesSince([], undefined, 5)).toBeUndefined();
    expect(changesSince([], 6, 5)).toBeUndefined();
  });
});

describe("contiguousTail", () => {
  it("answers the longest run without a gap that ends at the newest row", ({ expect }) => {
    expect(contiguousTail([])).toEqual([]);
    expect(contiguousTail([row(1), row(3), row(4)]).map(([version]) => version)).toEqual([3, 4]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), (versions) => {
        const sorted = versions.sort((a, b) => a - b);
        const tail = contiguousTail(sorted.map(row)).map(([version]) => version);
        const first = tail[0] ?? 0;
        expect(tail).toEqual(sorted.slice(sorted.length - tail.length));
        expect(tail).toEqual(tail.map((_version, i) => first + i));
        expect(sorted).not.toContain(first - 1);
      }),
    );
  });
});
