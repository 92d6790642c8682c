import { describe, it } from "vitest";
import type { HeldUsage } from "../../../src/cache/redis/usage/redis-usage.ts";
import { notMoved, possibleParts } from "../../../src/delivery/usage/held-usage.ts";
import { moveUsage } from "../../../src/delivery/usage/move-usage.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import { writePoints } from "../../../src/usage/usage-points.ts";

function rows(count: number, from = 0): CountRow[] {
  return Array.from({ length: count }, (_, i) => ["prod", 7, `f${from + i}`, "on", "", "key", 0, 1, 0, 1]);
}

/** Postgres and Redis, of which one can fail. */
function aWorld(counts: CountRow[], failAt = Infinity) {
  const held: HeldUsage = { batch: "b", counts, dropped: 0 };
  const added = new Map<string, readonly CountRow[]>();
  const world = { failAt, isHeld: true };
  let steps = 0;
  const step = () => {
    if (++steps === world.failAt) throw new Error("down");
  };
  const redis = {
    take: async () => (step(), world.isHeld ? held : undefined),
    deleteMoved: async () => (step(), void (world.isHeld = false)),
  };
  const add = async (id: string, part: readonly CountRow[]) => {
    step();
    if (added.has(id)) return false;
    added.set(id, part);
    return true;
  };
  return { added, held, world, move: () => moveUsage(redis, add) };
}

describe("a move of counts", () => {
  it("adds many of them in parts, each once, whichever step fails", async ({ expect }) => {
    for (let failAt = 1; failAt <= 5; failAt++) {
      const { added, world, move } = aWorld(rows(7000), failAt);
      await expect(move()).rejects.toThrow("down");
      world.failAt = Infinity;
      const { counts } = await move();
      expect(counts.length).toBeLessThanOrEqual(7000);
      expect(world.isHeld).toBe(false);
      const all = [...added.values()].flat();
      expect(all).toHaveLength(7000);
      expect(new Set(all.map(([, , flag]) => flag)).size).toBe(7000);
      expect(added.size).toBe(3);
    }
  });

  it("that is under way is read once, also if more was counted since Redis was read", async ({ expect }) => {
    const { added, held, world, move } = aWorld(rows(7000), 3);
    await move().catch(() => undefined);
    expect(added.size).toBe(1);
    const stored = [...added.values()].flat().length;
    const known = new Set(possibleParts([held]).filter((id) => added.has(id)));
    expect(known.size).toBe(1);
    expect(stored + notMoved([held], known).length).toBe(7000);
    // A reader that read Redis earlier has seen fewer counts of the same batch.
    const seen = { ...held, counts: held.counts.slice(0, 5000) };
    const inStored = new Set([...added.values()].flat().map(([, , flag]) => flag));
    for (const [, , flag] of notMoved([seen], known)) expect(inStored.has(flag)).toBe(false);
    expect(notMoved([held], new Set())).toHaveLength(7000);
    world.failAt = Infinity;
    await move();
    expect(notMoved([held], new Set(added.keys()))).toEqual([]);
  });

  it("of nothing does nothing", async ({ expect }) => {
    const { world, move, added } = aWorld([]);
    world.isHeld = false;
    expect(await move()).toEqual({ counts: [], dropped: 0 });
    expect(added.size).toBe(0);
  });
});

describe("points of Analytics Engine", () => {
  const written = (counts: CountRow[]) => {
    const points: { indexes: string[]; blobs: string[]; doubles: number[] }[] = [];
    writePoints({ writeDataPoint: (point) => void points.push(point) }, "burgee", counts);
    return points;
  };

  it("say what was counted, one for each count", ({ expect }) => {
    const key: CountRow = ["prod", 7, "", "", "", "k1", 0, 0, 0, 5];
    expect(written([key, ["prod", 7, "a", "on", "r1", "k1", 2, 3, 5, 5]])).toEqual([
      { indexes: ["burgee"], blobs: ["usage", "prod", "a", "on", "r1", "k1"], doubles: [2, 3] },
    ]);
  });

  it("are at most 250, of which the last has the sum of the rest", ({ expect }) => {
    const counts = rows(1000).map((row, i): CountRow => [...(row.slice(0, 7) as never), i, 0, 1] as never);
    const points = written(counts);
    expect(points).toHaveLength(250);
    expect(points[0]?.blobs[2]).toBe("f999");
    expect(points.at(-1)?.blobs).toEqual(["usage", "", "*", "", "", ""]);
    expect(points.reduce((sum, { doubles }) => sum + doubles[1]!, 0)).toBe((999 * 1000) / 2);
  });

  it("are not written without a binding, and a failing one does not matter", ({ expect }) => {
    writePoints(undefined, "burgee", rows(1));
    const failing = () => {
      throw new Error("too many points");
    };
    expect(() => writePoints({ writeDataPoint: failing }, "burgee", rows(1))).not.toThrow();
  });
});
