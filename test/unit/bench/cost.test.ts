import { readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { BASE, costOf, costTables, type Load, misses, PRICES, usageOf } from "../../../bench/cost.ts";

const LOAD: Load = { ...BASE, evaluations: 100e6, isBulk: false, hasEdgeHeads: true };

describe("the monthly cost", () => {
  test("counts one miss for a lone request, and one per lifetime for a busy isolate", ({ expect }) => {
    expect(misses(1e-9, 60) / 1e-9).toBeCloseTo(1, 6);
    expect(misses(1e6, 60)).toBeCloseTo(1 / 60, 6);
    expect(misses(0, 60)).toBe(0);
  });

  test("consists of the plan, the smallest compute and the sweep without evaluations", ({ expect }) => {
    const idle = { ...LOAD, evaluations: 0, updates: 0 };
    const { commands, queries } = usageOf(idle);
    expect([commands.heads, commands.flags, commands.expiry, commands.updates]).toEqual([0, 0, 0, 0]);
    expect([Math.round(commands.sweeps), Math.round(queries)]).toEqual([43_830, 87_660]);
    expect(costOf(idle).workers).toBe(PRICES.workers.base);
    expect(costOf(idle).neon).toBeCloseTo(730.5 * 0.25 * 0.106, 1);
  });

  test("charges by the million only beyond the included usage", ({ expect }) => {
    const workersAt = (evaluations: number) => costOf({ ...LOAD, evaluations, updates: 0, cpuMs: 0 }).workers;
    expect(workersAt(9e6)).toBe(5);
    expect(workersAt(110e6) - workersAt(100e6)).toBeCloseTo(10 * 0.3, 6);
    const cpu = (cpuMs: number) => costOf({ ...LOAD, cpuMs }).workers;
    expect(cpu(2) - cpu(1)).toBeCloseTo((100 + 0.0448) * 0.02, 3);
  });

  test("counts at most one read and one head check per request", ({ expect }) => {
    for (const evaluations of [1e3, 1e6, 1e9, 1e12]) {
      for (const hasEdgeHeads of [true, false]) {
        for (const isBulk of [true, false]) {
          const { commands } = usageOf({ ...LOAD, evaluations, hasEdgeHeads, isBulk });
          expect(commands.heads + commands.flags).toBeLessThanOrEqual(evaluations);
        }
      }
    }
  });

  test("counts a head check per second in busy isolates, and few with heads at the data centre", ({ expect }) => {
    const busy = { ...LOAD, evaluations: 1e13, updates: 0, isBulk: true };
    const isolateSeconds = 300 * 10 * (365.25 / 12) * 86_400;
    expect(usageOf({ ...busy, hasEdgeHeads: false }).commands.heads / isolateSeconds).toBeCloseTo(1, 1);
    expect(usageOf(busy).commands.heads / (isolateSeconds / 10)).toBeCloseTo(1 / 30, 2);
  });

  test("equals the tables of docs/scale.md", async ({ expect }) => {
    const page = plain(await readFile(new URL("../../../docs/scale.md", import.meta.url), "utf8"));
    for (const table of costTables()) expect(page).toContain(plain(table));
  });
});

/** Removes the differences that a formatter can make. */
function plain(markdown: string): string {
  return markdown.replaceAll(/-{3,}/g, "---").replaceAll(/ +/g, " ");
}
