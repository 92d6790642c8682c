import type { WorldOptions } from "./isolate-world.ts";
import type { ScheduledIsolate } from "./scheduled-isolate.ts";
import type { ScheduledWorld } from "./scheduled-world.ts";

export interface Case extends WorldOptions {
  name: string;
  /** Prepares the world. By default nothing is cached. */
  before?(world: ScheduledWorld): Promise<unknown>;
  /** Starts the concurrent work. */
  start(world: ScheduledWorld): Promise<unknown>[];
  /** Whether the case takes more than a few seconds. */
  isLarge?: boolean;
  /** Whether there are too many schedules to run all. A seeded generator then draws some of them. */
  isSampled?: boolean;
  /** The most schedules to draw, if each takes long. */
  maxSamples?: number;
  /** The safeguard to remove, to show that the case needs it. By default the fence; `null` if it needs none. */
  without?: Partial<WorldOptions> | null;
}

/** Evaluates the given number of times, with some time in between. */
export async function askAgain(
  world: ScheduledWorld,
  reader: ScheduledIsolate,
  times: number,
  everyMs = 1001,
): Promise<void> {
  await reader.ask("a");
  await askEvery(world, reader, times - 1, everyMs);
}

/** Evaluates the given number of times, each after some time. */
export async function askEvery(
  world: ScheduledWorld,
  reader: ScheduledIsolate,
  times: number,
  ms: number,
): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await world.pass(reader.name, ms);
    await reader.ask("a");
  }
}

/** Adds isolates that have just evaluated, with a warm L2. */
export async function warm(world: ScheduledWorld, count: number): Promise<void> {
  for (const isolate of world.add(count)) await world.schedule.drain(isolate.ask("a"));
  world.copyNow();
  await world.clock.advance(1001);
}

type Isolates = [ScheduledIsolate, ScheduledIsolate, ScheduledIsolate, ScheduledIsolate, ScheduledIsolate];

/** Types the list as the isolates that the case has added. */
export function isolates(list: ScheduledIsolate[]): Isolates {
  return list as Isolates;
}
