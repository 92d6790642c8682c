import { describe, it } from "vitest";
import { changesSince, pendingChanges, type OutboxRow, versionTagsOf } from "../../../src/store/outbox-rows.ts";

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

  it("returns undefined if since is a version of another history", ({ expect }) => {
    expect(changesSince(null, 5, 5)).toBeUndefined();
    expect(changesSince(null, 4, 5)).toBeUndefined();
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

describe("versionTagsOf", () => {
  it("returns the tags of the rows that have one, and that of the version", ({ expect }) => {
    const rows: OutboxRow[] = [
      [3, null, "c"],
      [4, null, null],
      [5, null, "e"],
    ];
    expect([...versionTagsOf(rows, 5, "e")]).toEqual([
      [3, "c"],
      [5, "e"],
    ]);
    expect([...versionTagsOf(null, 5, "e")]).toEqual([[5, "e"]]);
    expect([...versionTagsOf([], 5, null)]).toEqual([]);
  });
});
