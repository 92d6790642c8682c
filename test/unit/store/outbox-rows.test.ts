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

  it("returns all but the first if since is not given", ({ expect }) => {
    expect(changesSince([row(3), row(4), [5, null]], undefined, 5)?.map(([version]) => version)).toEqual([4, 5]);
    expect(changesSince([row(3), row(5)], undefined, 5)).toBeUndefined();
  });

  it("returns undefined if a version is missing, or since lies ahead", ({ expect }) => {
    expect(changesSince([row(5)], 3, 5)).toBeUndefined();
    expect(changesSince([], undefined, 5)).toBeUndefined();
    expect(changesSince([], 6, 5)).toBeUndefined();
  });

  it("tells the tag of the version before each change, if there is a row of it", ({ expect }) => {
    expect(
      changesSince(
        [
          [3, null, "c"],
          [4, [], "d"],
          [5, []],
        ],
        3,
        5,
      ),
    ).toEqual([
      [4, [], "c"],
      [5, [], "d"],
    ]);
    expect(
      changesSince(
        [
          [4, [], null],
          [5, []],
        ],
        3,
        5,
      ),
    ).toEqual([
      [4, []],
      [5, []],
    ]);
    expect(changesSince([[5, [], "e"]], 5, 5)).toEqual([]);
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

  it("tells the tag of the version before each change", ({ expect }) => {
    expect(
      pendingChanges(
        [
          [3, [], "c"],
          [4, null, "d"],
        ],
        4,
        "b",
      ),
    ).toEqual([
      [3, [], "b"],
      [4, "*", "c"],
    ]);
    expect(pendingChanges(null, 4, "b")).toEqual([[4, "*"]]);
  });
});
