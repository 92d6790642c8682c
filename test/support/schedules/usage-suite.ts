import { test } from "vitest";
import { ONCE, SAME_BATCH, USAGE_SCRIPTS } from "../../../src/cache/redis/usage/usage-scripts.ts";
import { seededRandom } from "../seeded-random.ts";
import { sample } from "./schedule-samples.ts";
import { explore, type Program, type Schedule } from "./schedules.ts";
import { type UsageWorldOptions, UsageWorld } from "./usage-world.ts";

/** A few isolates, sweeps, readers and faults at once. */
export interface UsageCase {
  name: string;
  start(world: UsageWorld): Promise<void>[];
  /** Parts without which the case must go wrong. */
  without?: (keyof typeof WITHOUT)[];
  /** The case has too many schedules, so that some are drawn. */
  isSampled?: boolean;
}

const WITHOUT = {
  "the sequence number": { scripts: { ...USAGE_SCRIPTS, add: USAGE_SCRIPTS.add.replace(ONCE, "") } },
  "the id of the batch": { addsTwice: true },
  "the comparison of ids": {
    scripts: { ...USAGE_SCRIPTS, deleteMoved: USAGE_SCRIPTS.deleteMoved.replace(SAME_BATCH, "") },
  },
} satisfies Record<string, UsageWorldOptions>;

/** Tests that no order of the steps loses or doubles a count. */
export function testUsageSchedules(cases: readonly UsageCase[], samples: number): void {
  for (const { name, start, isSampled = false, without = [] } of cases) {
    const count = (options: UsageWorldOptions) => {
      const make = (schedule: Schedule): Program => {
        const world = new UsageWorld(schedule, options);
        return {
          start: () => void start(world).map((work) => work.catch(() => undefined)),
          shared: () => world.shared(),
          check: () => world.check(),
          finish: () => world.settle(),
        };
      };
      return isSampled ? sample(make, { runs: samples, random: seededRandom(1) }) : explore(make);
    };
    test(`${name}: no count is lost or doubled`, { timeout: 600_000 }, async ({ expect }) => {
      const { schedules, bad, examples } = await count({});
      expect(Object.fromEntries(examples)).toEqual({});
      expect(bad).toBe(0);
      console.log(`${name}: ${schedules} schedules`);
    });
    for (const part of without)
      test(`${name}: goes wrong without ${part}`, { timeout: 600_000 }, async ({ expect }) => {
        expect((await count(WITHOUT[part])).bad).toBeGreaterThan(0);
      });
  }
}
