import { askAgain, type Case, isolates, warm } from "./schedule-case.ts";

/** Workers of several releases that run at once, each with documents of its own schema version. */
export const SCHEMA_CASES: Case[] = [
  {
    name: "cold readers of two schema versions, a writer of the older one",
    schemaVersions: [1, 2, 1],
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "cold readers of two schema versions, a writer of the newer one that hands on what it wrote",
    schemaVersions: [1, 2, 2],
    writesThrough: true,
    start: (world) => {
      const [a, b, writer] = isolates(world.add(3));
      return [a.ask("a"), b.ask("a"), writer.write("a")];
    },
  },
  {
    name: "one cold reader of the newer schema version, a writer of each",
    schemaVersions: [2, 1, 2],
    start: (world) => {
      const [reader, first, second] = isolates(world.add(3));
      return [reader.ask("a"), first.write("a", { purges: 2 }), second.write("a", { purges: 2 })];
    },
  },
  {
    name: "warm readers of three schema versions, a writer of each, Redis emptied in between",
    schemaVersions: [1, 2, 3],
    losesRedis: true,
    isSampled: true,
    before: (world) => warm(world, 3),
    start: (world) => {
      const [a, b, c] = isolates(world.isolates);
      const [first, second, third] = isolates(world.add(3));
      const asked = [askAgain(world, a, 2), b.ask("a"), c.ask("a")];
      return [...asked, first.write("a"), second.write("a"), third.write("a", { kind: "all" }), world.loseRedis()];
    },
  },
];
