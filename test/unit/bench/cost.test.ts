import { readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { BASE, costOf, costTables, type Load, lost, misses, PRICES, usageOf } from "../../../bench/cost.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const LOAD: Load = { ...BASE, evaluations: 100e6, isBulk: false, hasEdgeHeads: true };

describe("the monthly cost", () => {
  test("counts one miss for a lone request, and one per lifetime for a busy isolate", ({ expect }) => {
    expect(misses(1e-9, 60) / 1e-9).toBeCloseTo(1, 6);
    expect(misses(1e6, 60)).toBeCloseTo(1 / 60, 6);
    expect(misses(0, 60)).toBe(0);
  });

  test.for<Parameters<typeof lost>>([
    [0.01, 300, 0, 1],
    [0.01, 300, 0, 20],
    [0.05, 60, 0.001, 1],
    [0.05, 60, 0.001, 20],
    [1, 60, 0.01, 5],
  ])("counts the requests whose entry was lost: rate %f, gap %f, loss %f, kinds %f", (load, { expect }) => {
    expect(lost(...load) / simulatedLost(...load)).toBeCloseTo(1, 1);
  });

  test("counts every request of an isolate that is seldom asked, and none of a busy one", ({ expect }) => {
    expect(lost(1e-9, 300, 0, 200) / 1e-9).toBeCloseTo(1, 6);
    expect(lost(10, 300, 0, 200)).toBe(0);
    expect(lost(0, 300, 0, 200)).toBe(0);
    // A busy isolate reads each kind once per loss.
    expect(lost(1e3, 300, 0.01, 200)).toBeCloseTo(200 * 0.01, 2);
  });

  test("counts no read of a busy isolate, except when it starts and after a change", ({ expect }) => {
    const busy = { ...LOAD, evaluations: 1e13 };
    const isolates = BASE.dataCentres * BASE.isolates;
    const starts = isolates * (365.25 / 12);
    const flagsOf = (load: Load) => usageOf(load).commands.flags;
    expect(flagsOf({ ...busy, updates: 0 }) / (starts * BASE.flags)).toBeCloseTo(1, 2);
    expect(flagsOf({ ...busy, updates: 0, isBulk: true }) / starts).toBeCloseTo(1, 2);
    // A head from Redis brings the changed flag along. One of ten isolates stores the data centre's head.
    expect(flagsOf({ ...busy, hasEdgeHeads: false }) / (starts * BASE.flags)).toBeCloseTo(1, 2);
    const byChanges = flagsOf(busy) - flagsOf({ ...busy, updates: 0 });
    expect(byChanges / (BASE.updates * isolates * 0.9)).toBeCloseTo(1, 2);
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

/** Counts what `lost` computes, over a million seeded requests. */
function simulatedLost(rate: number, gap: number, lossRate: number, kinds: number): number {
  const random = seededRandom(1);
  const pause = (perSecond: number) =>
    perSecond === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random()) / perSecond;
  const isHeld = Array.from({ length: kinds }, () => false);
  const lossAt = isHeld.map(() => pause(lossRate));
  let now = 0;
  let count = 0;
  for (let i = 0; i < 1e6; i++) {
    const passed = pause(rate);
    now += passed;
    if (passed > gap) isHeld.fill(false);
    const kind = Math.floor(random() * kinds);
    const isLost = (lossAt[kind] ?? 0) <= now;
    if (isLost) lossAt[kind] = now + pause(lossRate);
    if (isLost || !isHeld[kind]) count += 1;
    isHeld[kind] = true;
  }
  return count / now;
}

/** Removes the differences that a formatter can make. */
function plain(markdown: string): string {
  return markdown.replaceAll(/-{3,}/g, "---").replaceAll(/ +/g, " ");
}
