import { askAgain, askEvery, type Case, isolates } from "./schedule-case.ts";
import type { ScheduledIsolate } from "./scheduled-isolate.ts";
import type { ScheduledWorld } from "./scheduled-world.ts";
import type { WorldOptions } from "./isolate-world.ts";

const NO_VERSION: Partial<WorldOptions> = { entriesWithout: "the version in the names of entries" };
const NO_TAG: Partial<WorldOptions> = { entriesWithout: "the tag in the names of entries" };
const NO_CONFIRMATION: Partial<WorldOptions> = { entriesWithout: "the time at which a head was confirmed" };

const PURGED: WorldOptions = { keptHeads: "purged", keepsEntries: true, writesThrough: true };
const NO_TRANSPORT: WorldOptions = { keptHeads: "no transport", keepsEntries: true, writesThrough: true };
/** The reader's clock differs from those of the isolates that filled the data centre and that write. */
const OTHER_CLOCK: Omit<Case, "name"> = {
  ...NO_TRANSPORT,
  without: NO_CONFIRMATION,
  before: fill,
  start: besideAWriter((world, reader) => askEvery(world, reader, 2, 900)),
};

/** Isolates that begin from their data centre's entries, and isolates that store them. */
export const ENTRY_CASES: Case[] = [
  {
    ...PURGED,
    name: "two cold readers, one writer, at a data centre with entries",
    without: NO_VERSION,
    before: fill,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    ...PURGED,
    name: "a cold reader that asks twice, one writer, at a data centre with entries",
    without: null,
    before: fill,
    start: besideAWriter((world, reader) => askAgain(world, reader, 2)),
  },
  {
    ...PURGED,
    name: "a cold reader that asks for another flag a second later, one writer, at a data centre with entries",
    without: null,
    before: fill,
    start: besideAWriter(async (world, reader) => {
      await reader.ask("a");
      await world.pass(reader.name, 1001);
      await reader.ask("b");
    }),
  },
  {
    ...PURGED,
    name: "a warm reader that stores what has changed, a cold one, one writer",
    isLarge: true,
    without: NO_VERSION,
    before: fill,
    start: (world) => {
      const [warm, cold, writer] = isolates([...world.isolates, ...world.add(2)]);
      return [askEvery(world, warm, 1, 1001), cold.ask("a"), writer.write("a")];
    },
  },
  {
    ...PURGED,
    name: "a cold reader, one writer, entries evicted in between",
    without: null,
    before: fill,
    start: (world) => {
      const [reader, writer] = isolates(world.add(2));
      return [reader.ask("a"), writer.write("a"), world.evict("environment", "newest", "claim"), world.evict("head")];
    },
  },
  {
    ...PURGED,
    name: "a cold reader that shares a head, and one that begins from it, one writer",
    isLarge: true,
    without: { keptHeads: "purged once" },
    before: async (world) => {
      await fill(world);
      world.evictNow("head");
    },
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    ...PURGED,
    name: "a cold reader that asks twice, one writer, every purge of the data centre lost",
    keptHeads: "not purged",
    without: null,
    before: fill,
    start: besideAWriter((world, reader) => askAgain(world, reader, 2)),
  },
  {
    ...PURGED,
    name: "a cold reader of another schema version than the entries, one writer",
    isLarge: true,
    schemaVersions: [1, 2, 1],
    without: null,
    before: fill,
    start: besideAWriter((_world, reader) => reader.ask("a")),
  },
  {
    ...NO_TRANSPORT,
    name: "a cold reader of a shared head that asks again, one writer, no purge transport",
    without: NO_CONFIRMATION,
    before: fill,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [askEvery(world, a, 2, 550), b.ask("a"), writer.write("a")];
    },
  },
  { ...OTHER_CLOCK, name: "the same, with a clock that is 600 ms ahead", clocks: [0, 600, 0] },
  { ...OTHER_CLOCK, name: "the same, with a clock that is 600 ms behind", clocks: [600, 0, 600] },
  {
    ...NO_TRANSPORT,
    name: "a lost version given out again, a cold reader, no purge transport",
    restoresStore: true,
    without: null,
    isLarge: true,
    before: loseVersion,
    start: (world) => {
      const [, writer, cold] = isolates([...world.isolates, ...world.add(1)]);
      return [cold.ask("a"), writer.write("a")];
    },
  },
  {
    ...NO_TRANSPORT,
    name: "a lost version given out again, Redis emptied too, the isolate that knows it",
    isSampled: true,
    maxSamples: 1000,
    restoresStore: true,
    losesRedis: true,
    without: { hidesRestoresInChanges: true },
    before: async (world) => {
      await loseVersion(world);
      world.loseRedisNow();
    },
    start: (world) => {
      const [warm, first, second] = isolates([...world.isolates.slice(0, 1), ...world.add(2)]);
      return [warm.ask("a"), first.write("b"), second.write("b")];
    },
  },
  {
    ...PURGED,
    name: "a lost version given out again, a warm and two cold readers that ask twice, purges arriving late",
    restoresStore: true,
    isSampled: true,
    maxSamples: 1000,
    without: NO_TAG,
    before: loseVersion,
    start: (world) => {
      const [warm, writer, a, b] = isolates([...world.isolates, ...world.add(2)]);
      const asked = [warm, a, b].map((reader) => askAgain(world, reader, 2));
      return [...asked, writer.write("a")];
    },
  },
  {
    ...PURGED,
    name: "two cold readers that ask twice, two writers, an empty data centre",
    isLarge: true,
    writesThrough: false,
    isSampled: true,
    maxSamples: 1000,
    without: NO_VERSION,
    start: (world) => {
      const [a, b, first, second] = isolates(world.add(4));
      const writes = [first.write("a"), second.write("a")];
      return [askAgain(world, a, 2), askAgain(world, b, 2), ...writes];
    },
  },
  {
    ...PURGED,
    name: "two isolates that write and store different versions, a warm and a cold reader, entries evicted in between",
    isLarge: true,
    isSampled: true,
    maxSamples: 1000,
    without: NO_VERSION,
    before: async (world) => {
      await fill(world);
      for (const isolate of world.add(2)) await world.schedule.drain(isolate.ask("a"));
    },
    start: (world) => {
      const [warm, first, second, cold] = isolates([...world.isolates, ...world.add(1)]);
      const writeAndAsk = async (isolate: ScheduledIsolate) => {
        await isolate.write("a");
        await askEvery(world, isolate, 1, 1001);
      };
      const asked = [askEvery(world, warm, 1, 1001), askAgain(world, cold, 2)];
      return [...asked, writeAndAsk(first), writeAndAsk(second), world.evict("environment", "newest", "claim")];
    },
  },
  {
    ...NO_TRANSPORT,
    name: "cold readers of two schema versions whose clocks differ, two writers, no purge transport",
    isLarge: true,
    schemaVersions: [1, 2],
    clocks: [0, 600, 300],
    isSampled: true,
    maxSamples: 1000,
    without: null,
    start: (world) => {
      const [a, b, c, writer, other] = isolates(world.add(5));
      const asked = [a, b, c].map((reader) => askAgain(world, reader, 2, 700));
      return [...asked, writer.write("a"), other.write("a")];
    },
  },
];

/** Writes a second flag, and lets an isolate fill the data centre. */
async function fill(world: ScheduledWorld): Promise<void> {
  world.write("update", "b");
  world.doneUpTo = world.store.version;
  const [first] = isolates(world.add(1));
  await world.schedule.drain(first.ask("a"));
}

/** Writes a version that the isolates, the data centre and Redis know, and that the database then loses. */
async function loseVersion(world: ScheduledWorld): Promise<void> {
  await fill(world);
  const { schedule, store } = world;
  const { version } = store;
  const [warm, writer] = isolates([...world.isolates, ...world.add(1)]);
  await world.clock.advance(10_001);
  await schedule.drain(writer.write("a"));
  for (const isolate of [warm, writer]) await schedule.drain(isolate.ask("a"));
  world.restoreNow(version);
  await world.clock.advance(10_001);
}

/** Starts a cold reader, and a writer beside it. */
function besideAWriter(read: (world: ScheduledWorld, reader: ScheduledIsolate) => Promise<unknown>): Case["start"] {
  return (world) => {
    const [reader, writer] = isolates(world.add(2));
    return [read(world, reader), writer.write("a")];
  };
}
