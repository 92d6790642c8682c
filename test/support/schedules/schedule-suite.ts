import { afterAll, beforeAll, test, vi } from "vitest";
import { FENCE, SCRIPTS } from "../../../src/cache/redis/scripts.ts";
import { sample } from "./schedule-samples.ts";
import { ScheduledWorld } from "./scheduled-world.ts";
import { explore, type Program, type Schedule } from "./schedules.ts";
import { seededRandom } from "../seeded-random.ts";
import type { WorldOptions } from "./isolate-world.ts";
import type { Case } from "./schedule-case.ts";

const UNFENCED = { ...SCRIPTS, advance: SCRIPTS.advance.replace(FENCE, "") };

interface Row {
  case: string;
  /** The number of all schedules. */
  of: string;
  schedules: number;
  wrong: number;
  without?: string;
  "schedules then"?: number;
  "wrong then"?: number;
}

interface Counted {
  schedules: number;
  bad: number;
  of: string;
  examples: Map<string, string[]>;
}

async function count(one: Case, samples: number): Promise<Counted> {
  const { start, before, isSampled, maxSamples = samples, ...options } = one;
  const make = async (schedule: Schedule): Promise<Program> => {
    const world = new ScheduledWorld(schedule, options);
    world.write("update", "a");
    world.doneUpTo = world.store.version;
    await before?.(world);
    return {
      start: () => void start(world),
      shared: () => world.shared(),
      check: () => world.check(),
      finish: () => world.settle(),
    };
  };
  if (isSampled !== true) return { ...(await explore(make)), of: "all" };
  const sampled = await sample(make, { runs: Math.min(samples, maxSamples), random: seededRandom(1) });
  return { ...sampled, of: `about ${sampled.estimate.toExponential(0)}` };
}

function total(rows: readonly Row[], column: "schedules" | "wrong" | "schedules then" | "wrong then"): number {
  return rows.reduce((sum, row) => sum + (row[column] ?? 0), 0);
}

function totals(rows: readonly Row[]): string {
  const all = `${rows.length} cases: ${total(rows, "schedules")} schedules, ${total(rows, "wrong")} wrong`;
  const controls = [...Map.groupBy(rows, ({ without }) => without)].flatMap(([without, some]) =>
    without === undefined
      ? []
      : `${some.length} of them without ${without}: ${total(some, "schedules then")}, ${total(some, "wrong then")} wrong`,
  );
  return [all, ...controls].join("; ");
}

function nameOf({ keptHeads, entriesWithout, hidesRestoresInChanges }: Partial<WorldOptions>): string {
  if (hidesRestoresInChanges === true) return "the tags that changes lead on from";
  return entriesWithout ?? (keptHeads === undefined ? "the fence" : "repeated purges");
}

/**
 * Tests that the worker's purge, fill and read code leaves no old value behind, in any order in which the I/O of a few
 * requests and writes can happen. From a case with too many schedules, `samples` of them are drawn.
 */
export function testSchedules(cases: readonly Case[], samples: number): void {
  const rows: Row[] = [];

  // Timers only end work that takes too long. Here the schedule decides when work ends.
  beforeAll(() => {
    vi.stubGlobal("setTimeout", () => 0);
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    console.table(rows);
    console.log(`in full, ${totals(rows.filter(({ of }) => of === "all"))}`);
    console.log(`by sample, ${totals(rows.filter(({ of }) => of !== "all"))}`);
  });

  for (const one of cases) {
    test(`${one.name}: none is wrong`, { timeout: 600_000 }, async ({ expect }) => {
      const { schedules, bad, of, examples } = await count(one, samples);
      expect(Object.fromEntries(examples)).toEqual({});
      expect(bad).toBe(0);
      const row: Row = { case: one.name, of, schedules, wrong: bad };
      rows.push(row);
      const { without = { scripts: UNFENCED } } = one;
      if (without === null) return;
      const unsafe = await count({ ...one, ...without }, samples);
      row.without = nameOf(without);
      row["schedules then"] = unsafe.schedules;
      row["wrong then"] = unsafe.bad;
      expect(unsafe.bad).toBeGreaterThan(0);
      // Not only memory is wrong, but responses are.
      if (without.entriesWithout !== undefined) expect([...unsafe.examples.keys()].join("\n")).toMatch(/ returns /);
    });
  }
}
