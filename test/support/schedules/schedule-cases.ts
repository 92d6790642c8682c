import { ENTRY_CASES } from "./entry-cases.ts";
import { askAgain, type Case, isolates, warm } from "./schedule-case.ts";
import { SCHEMA_CASES } from "./schema-cases.ts";

export const CASES: Case[] = [
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
    name: "two cold readers, one of which asks twice, one writer",
    isLarge: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [askAgain(world, a, 2), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "two cold readers that ask twice, one writer",
    isSampled: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [askAgain(world, a, 2), askAgain(world, b, 2), writer.write("a")];
    },
  },
  {
    name: "two cold readers, two writers",
    isLarge: true,
    start: (world) => {
      const [a, b, first, second] = isolates(world.add(4));
      return [a.ask("a"), b.ask("a"), first.write("a"), second.write("a")];
    },
  },
  {
    name: "two cold readers that ask twice, two writers that repeat their purges, the sweep racing them",
    isSampled: true,
    start: (world) => {
      const [a, b, first, second, sweeper] = isolates(world.add(5));
      const writes = [first.write("a", { purges: 2 }), second.write("a", { purges: 2 })];
      return [askAgain(world, a, 2), askAgain(world, b, 2), ...writes, sweeper.sweep()];
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
    isLarge: true,
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
    isLarge: true,
    start: (world) => {
      const [reader, writer, sweeper] = isolates(world.add(3));
      return [askAgain(world, reader, 2), writer.write("a"), sweeper.sweep()];
    },
  },
  {
    name: "one cold reader, two writers, the sweep racing their purges",
    isLarge: true,
    start: (world) => {
      const [reader, first, second, sweeper] = isolates(world.add(4));
      return [reader.ask("a"), first.write("a"), second.write("a"), sweeper.sweep()];
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
    name: "one cold reader, one writer whose change a sweep confirms, Redis emptied in between",
    losesRedis: true,
    start: (world) => {
      const [reader, writer] = isolates(world.add(2));
      const writeAndSweep = async () => {
        await writer.write("a");
        await writer.sweep();
      };
      return [reader.ask("a"), writeAndSweep(), world.loseRedis()];
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
    name: "two cold readers that ask twice, two writers, Redis emptied in between, a replica that lags behind",
    losesRedis: true,
    hasReplica: true,
    isSampled: true,
    start: (world) => {
      const [a, b, first, second] = isolates(world.add(4));
      const writes = [first.write("a"), second.write("a")];
      return [askAgain(world, a, 2), askAgain(world, b, 2), ...writes, world.loseRedis(), world.copyRedis()];
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
    hasSlowReplies: true,
    start: (world) => {
      const [shared] = isolates(world.add(1));
      return [askAgain(world, shared, 2), shared.write("a")];
    },
  },
  {
    name: "a flag that an isolate has not held yet, written by the same isolate",
    hasSlowReplies: true,
    before: async (world) => {
      world.write("update", "b");
      world.doneUpTo = world.store.version;
      const [shared] = isolates(world.add(1));
      await world.schedule.drain(shared.ask("b"));
    },
    start: (world) => {
      const [shared] = isolates(world.isolates);
      return [shared.ask("a"), shared.write("a")];
    },
  },
  {
    name: "one reader whose replies take a second, one writer elsewhere",
    hasSlowReplies: true,
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
    name: "two requests in one isolate, the second a second after the first, with slow replies",
    hasSlowReplies: true,
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
    hasSlowReplies: true,
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
    before: async (world) => {
      await warm(world, 2);
      // Otherwise the readers would find the head that they have shared, and keep no older one after a purge.
      world.evictNow("head");
    },
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
  ...SCHEMA_CASES,
  ...ENTRY_CASES,
];
