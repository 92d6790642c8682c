import { describe } from "vitest";
import { testUsageSchedules, type UsageCase } from "../../support/schedules/usage-suite.ts";

const CASES: UsageCase[] = [
  {
    name: "a late sweep beside one that dies",
    start: (world) => [world.isolate("A", 1, 2), world.sweep("S"), world.sweep("T", 2), world.fault("T", "dies")],
    without: ["the comparison of ids", "the id of the batch"],
  },
  {
    name: "two isolates, two sweeps and a reader",
    start: (world) => [
      world.isolate("A", 1, 2),
      world.isolate("B", 4),
      world.sweep("S", 2),
      world.sweep("T"),
      world.reader("R"),
    ],
    without: ["the id of the batch"],
    isSampled: true,
  },
  {
    name: "lost responses of isolates and sweeps",
    start: (world) => [
      world.isolate("A", 1, 2),
      world.isolate("B", 4),
      world.sweep("S", 2),
      world.fault("A", "loses its response"),
      world.fault("S", "loses its response"),
    ],
    without: ["the sequence number", "the id of the batch"],
  },
  {
    name: "everything at once",
    start: (world) => [
      world.isolate("A", 1, 2, 4),
      world.isolate("B", 8, 16),
      world.isolate("C", 32),
      world.sweep("S", 3),
      world.sweep("T", 3),
      world.reader("R"),
      world.reader("Q"),
      world.fault("A", "loses its response"),
      world.fault("A", "fails before its effect"),
      world.fault("B", "dies"),
      world.fault("C", "loses its response"),
      world.fault("S", "dies"),
      world.fault("T", "loses its response"),
      world.fault("T", "fails before its effect"),
    ],
    without: ["the sequence number", "the id of the batch"],
    isSampled: true,
  },
  {
    name: "everything at once, and a Redis that loses its data",
    start: (world) => [
      world.isolate("A", 1, 2, 4),
      world.isolate("B", 8, 16),
      world.sweep("S", 3),
      world.sweep("T", 3),
      world.fault("A", "loses its response"),
      world.fault("B", "fails before its effect"),
      world.fault("S", "dies"),
      world.fault("T", "loses its response"),
      world.fault("Redis", "loses its data"),
    ],
    isSampled: true,
  },
];

describe("counts of evaluations in every order of events", () => testUsageSchedules(CASES, 1000));
