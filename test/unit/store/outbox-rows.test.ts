import { describe, it } from "vitest";
import { changesSince, pendingChanges, type OutboxRow } from "../../../src/store/outbox-rows.ts";

const row = (version: number): OutboxRow => [version, [`f${version}`]];

describe("changesSince", () => {
  it("returns every version in (since, asOf], and everything as *", ({ expect }) => {
    expect(changesSince([row(4), [5, null]], 3, 5)).toEqual([
      [4, ["f4"]],
      [5, "*"],
    ]);
    expect(changesSince([], 5, 5)).toEqual([]);
  });

  it("returns undefined if a version is missing, or since is not given or lies ahead", ({ expect }) => {
    expect(changesSince([row(5)], 3, 5)).toBeUndefined();
    expect(changesSince([], undefined, 5)).toBeUndefined();
    expect(changesSince([], 6, 5)).toBeUndefined();
  });
});

describe("pendingChanges", () => {
  it("returns the changes that lead to the version without a gap, or everything", ({ expect }) => {
    expect(pendingChanges([row(3), [4, null]], 4)).toEqual([
      [3, ["f3"]],
      [4, "*"],
    ]);
    expect(pendingChanges([], 4)).toEqual([]);
    for (const rows of [null, [row(1), row(3), row(4)], [row(2), row(3)]]) {
      expect(pendingChanges(rows, 4)).toEqual([[4, "*"]]);
    }
  });
});
