import { readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { BASE, costOf, costTables, type Load, PRICES, type Sharing, usageOf } from "../../../bench/cost.ts";
import { RedisUsage } from "../../../src/cache/redis/usage/redis-usage.ts";
import type { CountRow } from "../../../src/usage/usage-count.ts";
import {
  COUNT_BYTES,
  costOfCounting,
  countingOf,
  countingTable,
  REPORTS,
  SCRIPT_BYTES,
} from "../../../bench/cost-usage.ts";
import { livesFor, lost, misses } from "../../../bench/cost-arrivals.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const LOAD: Load = { ...BASE, evaluations: 100e6, isBulk: false, sharing: "purged heads" };
const SHARINGS: Sharing[] = ["purged heads", "timed heads", "nothing"];

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

  test("counts how long an entry lives that expires or is removed", ({ expect }) => {
    expect(livesFor(30, 0)).toBe(30);
    expect(livesFor(30, 1e-9)).toBeCloseTo(30, 5);
    expect(livesFor(30, 1e3)).toBeCloseTo(1e-3, 6);
    const lived = Array.from({ length: 1e5 }, exponential(0.05)).map((ms) => Math.min(30, ms));
    expect(livesFor(30, 0.05)).toBeCloseTo(lived.reduce((sum, one) => sum + one, 0) / lived.length, 0);
  });

  test("is within the targets with default settings", ({ expect }) => {
    const total = (evaluations: number, isBulk: boolean, sharing: Sharing) =>
      costOf({ ...BASE, evaluations, isBulk, sharing }).total;
    for (const isBulk of [false, true]) {
      expect(total(100e6, isBulk, "purged heads")).toBeLessThanOrEqual(100);
      expect(total(1e9, isBulk, "purged heads")).toBeLessThanOrEqual(400);
      expect(total(1e9, isBulk, "timed heads")).toBeLessThanOrEqual(1300);
    }
  });

  test("counts a read of a busy isolate that is alone only when it starts", ({ expect }) => {
    const alone: Load = { ...LOAD, evaluations: 1e13, sharing: "nothing" };
    const starts = BASE.dataCentres * BASE.isolates * (365.25 / 12);
    expect(usageOf(alone).commands.flags / (starts * BASE.flags)).toBeCloseTo(1, 2);
    expect(usageOf({ ...alone, isBulk: true }).commands.flags / starts).toBeCloseTo(1, 2);
    expect(usageOf(alone).commands.entries).toBe(0);
  });

  test("counts no read of an isolate that starts in a data centre with a head", ({ expect }) => {
    const commandsOf = (isolateHours: number, sharing: Sharing) =>
      usageOf({ ...LOAD, evaluations: 1e9, isolateHours, sharing }).commands.total;
    for (const sharing of ["purged heads", "timed heads"] as const)
      expect(commandsOf(0.1, sharing) / commandsOf(24, sharing)).toBeCloseTo(1, 2);
    expect(commandsOf(0.1, "nothing") / commandsOf(24, "nothing")).toBeGreaterThan(1.1);
  });

  test("counts one read of everything per data centre and update, unless isolates hold everything", ({ expect }) => {
    const busy: Load = { ...LOAD, evaluations: 1e13, entryHours: 1e9 };
    expect(usageOf(busy).commands.entries / (BASE.updates * BASE.dataCentres)).toBeCloseTo(1, 2);
    expect(usageOf({ ...busy, isBulk: true }).commands.entries).toBe(0);
    // An entry that is evicted is read once more.
    const evicted = usageOf({ ...busy, updates: 0, entryHours: 1 }).commands.entries;
    expect(evicted / (BASE.dataCentres * 365.25 * 2)).toBeCloseTo(1, 2);
  });

  test("consists of the plan, the smallest compute and the sweep without evaluations", ({ expect }) => {
    const idle = { ...LOAD, evaluations: 0, updates: 0 };
    const { commands, queries } = usageOf(idle);
    expect([commands.heads, commands.flags, commands.expiry, commands.updates]).toEqual([0, 0, 0, 0]);
    expect([Math.round(commands.sweeps), Math.round(queries)]).toEqual([87_660, 87_660]);
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
      for (const sharing of SHARINGS) {
        for (const isBulk of [true, false]) {
          const { commands } = usageOf({ ...LOAD, evaluations, sharing, isBulk });
          expect(commands.heads + commands.flags).toBeLessThanOrEqual(evaluations * (1 + 1e-9));
        }
      }
    }
  });

  test("counts a head per second for an isolate or a data centre, and with purges one in 30 s", ({ expect }) => {
    const busy = { ...LOAD, evaluations: 1e13, updates: 0, isBulk: true, headMs: 0 };
    const seconds = 300 * (365.25 / 12) * 86_400;
    const headsOf = (sharing: Sharing) => usageOf({ ...busy, sharing }).commands.heads / seconds;
    expect(headsOf("nothing")).toBeCloseTo(10, 0);
    expect(headsOf("timed heads")).toBeCloseTo(1, 1);
    expect(headsOf("purged heads")).toBeCloseTo(1 / 30, 2);
  });

  test("counts the isolates that look for a head while another one reads it", ({ expect }) => {
    const busy: Load = { ...LOAD, evaluations: 1e9, updates: 0, isBulk: true, sharing: "timed heads" };
    const headsOf = (headMs: number) => usageOf({ ...busy, headMs }).commands.heads;
    const perSecond = 1e9 / ((365.25 / 12) * 86_400) / BASE.dataCentres;
    expect(headsOf(100) / headsOf(0)).toBeCloseTo(1 + perSecond * 0.1, 3);
  });

  test("of counting a billion evaluations is at most $60, however long isolates live", ({ expect }) => {
    for (const isBulk of [false, true])
      for (const isolateHours of [1, 6, 24, 24 * 7])
        for (const evaluations of [1e3, 1e6, 100e6, 1e9]) {
          const cost = costOfCounting({ ...LOAD, evaluations, isBulk, isolateHours });
          expect(cost, `${evaluations} ${isBulk} ${isolateHours}`).toBeLessThanOrEqual(60);
        }
  });

  test("of a report has the size of a command with the counts of 200 flags", async ({ expect }) => {
    const sizes: number[] = [];
    const exec = async <Reply>(command: unknown) => {
      sizes.push(JSON.stringify(command).length);
      return "1" as Reply;
    };
    const usage = new RedisUsage({ redis: { exec }, prefix: "burgee" });
    const counts = Array.from({ length: 200 }, (_, i): CountRow => {
      const [flag, variant, rule] = [`checkout-redesign-${i}`, i % 2 === 0 ? "on" : "off", i % 3 === 0 ? "beta" : ""];
      return ["production", 498_660, flag, variant, rule, "AbCdEfGhIjKl", 77, 0, 1_795_888_349_446, 0];
    });
    for (const some of [[], counts]) await usage.add({ sender: "s", sequence: 1, isRepeated: false, counts: some });
    const [script = 0, whole = 0] = sizes;
    expect(script).toBeLessThanOrEqual(SCRIPT_BYTES);
    expect(script).toBeGreaterThan(SCRIPT_BYTES * 0.8);
    expect((whole - script) / 200).toBeLessThanOrEqual(COUNT_BYTES);
    expect((whole - script) / 200).toBeGreaterThan(COUNT_BYTES * 0.8);
  });

  test("counts a report per pause and isolate, and at most one per request", ({ expect }) => {
    const { first, later, requests } = REPORTS;
    const day: Load = { ...LOAD, evaluations: 1e9, dataCentres: 1, isolates: 1 };
    const pauses = first.length + (86_400 - first.reduce<number>((sum, pause) => sum + pause, 0)) / later;
    expect(countingOf(day).reports).toBeCloseTo(pauses * (365.25 / 12) + 1e9 / requests, 0);
    expect(countingOf({ ...LOAD, evaluations: 1e3 }).reports).toBe(1e3);
    expect(countingOf({ ...LOAD, evaluations: 0 }).gigabytes).toBeLessThan(5);
  });

  test("equals the tables of docs/scale.md", async ({ expect }) => {
    const page = plain(await readFile(new URL("../../../docs/scale.md", import.meta.url), "utf8"));
    for (const table of [...costTables(), countingTable()]) expect(page).toContain(plain(table));
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

/** Draws times between events at random. */
function exponential(perSecond: number): () => number {
  const random = seededRandom(2);
  return () => -Math.log(1 - random()) / perSecond;
}

/** Removes the differences that a formatter can make. */
function plain(markdown: string): string {
  return markdown.replaceAll(/-{3,}/g, "---").replaceAll(/ +/g, " ");
}
