import { describe, it } from "vitest";
import { changesSince, pendingChanges, type OutboxRow } from "../../../src/store/outbox-rows.ts";

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

describe("pendingChanges", () => {
  it("answers what leads to the version without a gap, else everything", ({ expect }) => {
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
