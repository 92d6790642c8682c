import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { FENCE, SCRIPTS } from "../../../src/cache/scripts.ts";
import { explore, type Explored, type Program } from "../../support/schedules.ts";
import type { ScheduledIsolate } from "../../support/scheduled-isolate.ts";
import { ScheduledWorld, type WorldOptions } from "../../support/scheduled-world.ts";

/**
 * No schedule leaves an old value behind: the shipped purge, fill and read code, through every order in which the I/O
 * of a few requests and writes can happen. `PURGE_SCHEDULES=all` adds the cases that take minutes.
 */
const UNFENCED = { ...SCRIPTS, advance: SCRIPTS.advance.replace(FENCE, "") };
const WITH_LARGE = process.env["PURGE_SCHEDULES"] === "all";

interface Case extends WorldOptions {
  name: string;
  /** What is there before. Default: nothing is cached. */
  before?(world: ScheduledWorld): Promise<unknown>;
  /** What happens at the same time. */
  start(world: ScheduledWorld): Promise<unknown>[];
  /** Takes minutes. */
  isLarge?: boolean;
  /** Taken away to see that it is needed; default: the fence. Null: nothing here needs a safeguard. */
  without?: Partial<WorldOptions> | null;
}

/** Asks now, and again whenever a second has passed. */
async function askAgain(world: ScheduledWorld, reader: ScheduledIsolate, times: number): Promise<void> {
  await reader.ask("a");
  for (let i = 1; i < times; i += 1) {
    await world.pass(reader.name, 1001);
    await reader.ask("a");
  }
}

/** Isolates that have just answered, over a warm L2. */
async function warm(world: ScheduledWorld, count: number): Promise<void> {
  for (const isolate of world.add(count)) await world.schedule.drain(isolate.ask("a"));
  world.copyNow();
  await world.clock.advance(1001);
}

const CASES: Case[] = [
  {
    name: "two cold readers, one writer",
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "two cold readers, one writer that hands on what it wrote",
    writesThrough: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "two cold readers that ask twice, one writer",
    isLarge: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [askAgain(world, a, 2), askAgain(world, b, 2), writer.write("a")];
    },
  },
  {
    name: "two warm readers that ask twice, one writer",
    without: null,
    before: (world) => warm(world, 2),
    start: (world) => {
      const [a, b, writer] = isolates([...world.isolates, ...world.add(1)]);
      return [askAgain(world, a, 2), askAgain(world, b, 2), writer.write("a")];
    },
  },
  {
    name: "one cold reader that asks twice, two writers whose purges overtake each other",
    start: (world) => {
      const [reader, first, second] = isolates(world.add(3));
      return [askAgain(world, reader, 2), first.write("a"), second.write("a")];
    },
  },
  {
    name: "one cold reader, two writers that repeat their purges",
    start: (world) => {
      const [reader, first, second] = isolates(world.add(3));
      return [reader.ask("a"), first.write("a", { purges: 2 }), second.write("a", { purges: 2 })];
    },
  },
  {
    name: "one cold reader that asks twice, two writers that repeat their purges",
    isLarge: true,
    start: (world) => {
      const [reader, first, second] = isolates(world.add(3));
      return [askAgain(world, reader, 2), first.write("a", { purges: 2 }), second.write("a", { purges: 2 })];
    },
  },
  {
    name: "one cold reader that asks twice, one writer, the sweep racing its purge",
    start: (world) => {
      const [reader, writer, sweeper] = isolates(world.add(3));
      return [askAgain(world, reader, 2), writer.write("a"), sweeper.sweep()];
    },
  },
  {
    name: "two cold readers, one writer, Redis emptied in between",
    losesRedis: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a"), world.loseRedis()];
    },
  },
  {
    name: "two cold readers, one of which asks twice, one writer, Redis emptied in between",
    losesRedis: true,
    isLarge: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [askAgain(world, a, 2), b.ask("a"), writer.write("a"), world.loseRedis()];
    },
  },
  {
    name: "two cold readers, one writer, a replica that lags behind",
    hasReplica: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a"), world.copyRedis()];
    },
  },
  {
    name: "a warm writer that asks after its write, a reader that asks twice, a replica that lags behind",
    hasReplica: true,
    before: (world) => warm(world, 1),
    without: null,
    start: (world) => {
      const [writer, reader] = isolates([...world.isolates, ...world.add(1)]);
      const writeAndAsk = async () => {
        await writer.write("a");
        await writer.ask("a");
      };
      return [writeAndAsk(), askAgain(world, reader, 2), world.copyRedis(), world.copyRedis()];
    },
  },
  {
    name: "reader and writer in one isolate",
    hasSlowAnswers: true,
    start: (world) => {
      const [shared] = isolates(world.add(1));
      return [askAgain(world, shared, 2), shared.write("a")];
    },
  },
  {
    name: "one reader whose answers take a second, one writer elsewhere",
    hasSlowAnswers: true,
    start: (world) => {
      const [reader, writer] = isolates(world.add(2));
      const twice = async () => {
        await reader.ask("a");
        await world.pass(reader.name, 0);
        await reader.ask("a");
      };
      return [twice(), writer.write("a"), world.pass("the clock", 1001)];
    },
  },
  {
    name: "two requests in one isolate, the second a second after the first, whose answers take their time",
    hasSlowAnswers: true,
    start: (world) => {
      const [reader, writer] = isolates(world.add(2));
      const later = async () => {
        await world.pass(reader.name, 1001);
        await reader.ask("a");
      };
      return [reader.ask("a"), later(), writer.write("a")];
    },
  },
  {
    name: "a writer that is told late of its own write and asks then, another writer elsewhere",
    writesThrough: true,
    hasSlowAnswers: true,
    start: (world) => {
      const [first, second] = isolates(world.add(2));
      const writeAndAsk = async () => {
        await first.write("a");
        await world.pass(first.name, 0);
        await first.ask("a");
      };
      return [writeAndAsk(), second.write("a"), world.pass("the clock", 1001)];
    },
  },
  {
    name: "two warm readers and one writer at a data centre that keeps the head, purges of it arriving late",
    keptHeads: "purged",
    without: { keptHeads: "purged once" },
    before: (world) => warm(world, 2),
    start: (world) => {
      const [a, b, writer] = isolates([...world.isolates, ...world.add(1)]);
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "two warm readers and one writer at a data centre that keeps the head, every purge of it lost",
    keptHeads: "not purged",
    without: null,
    before: (world) => warm(world, 2),
    start: (world) => {
      const [a, b, writer] = isolates([...world.isolates, ...world.add(1)]);
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
];

function isolates(list: ScheduledIsolate[]): [ScheduledIsolate, ScheduledIsolate, ScheduledIsolate] {
  return list as [ScheduledIsolate, ScheduledIsolate, ScheduledIsolate];
}

describe("every schedule", () => {
  const counted: Record<string, string | number>[] = [];

  // Timers are for what takes too long; here everything takes as many steps as the schedule says.
  beforeAll(() => {
    vi.stubGlobal("setTimeout", () => 0);
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    console.table(counted);
  });

  const exploreCase = ({ start, before, ...options }: Case): Promise<Explored> =>
    explore(async (schedule): Promise<Program> => {
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
    });

  for (const one of CASES) {
    const isLeftOut = one.isLarge === true && !WITH_LARGE;
    test.skipIf(isLeftOut)(`${one.name}: none is wrong`, { timeout: 3_600_000 }, async ({ expect }) => {
      const { schedules, bad, examples } = await exploreCase(one);
      expect(Object.fromEntries(examples)).toEqual({});
      expect(bad).toBe(0);
      const { without = { scripts: UNFENCED } } = one;
      const unsafe = without && (await exploreCase({ ...one, ...without }));
      const safeguard = without?.keptHeads === undefined ? "fence" : "repeated purges";
      counted.push({
        case: one.name,
        schedules,
        wrong: bad,
        ...(unsafe && { without: safeguard, "schedules then": unsafe.schedules, "wrong then": unsafe.bad }),
      });
      if (unsafe) expect(unsafe.bad).toBeGreaterThan(0);
    });
  }
});
