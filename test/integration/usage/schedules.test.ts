import { describe } from "vitest";
import { testUsageSchedules, type UsageCase } from "../../support/schedules/usage-suite.ts";

const CASES: UsageCase[] = [
  {
    name: "two isolates, a sweep and a reader",
    start: (world) => [world.isolate("A", 1), world.isolate("B", 2), world.sweep("S"), world.reader("R")],
  },
  {
    name: "a report whose response is lost",
    start: (world) => [world.isolate("A", 1, 2), world.sweep("S"), world.fault("A", "loses its response")],
    without: ["the sequence number"],
  },
  {
    name: "a report that fails",
    start: (world) => [world.isolate("A", 1, 2), world.sweep("S"), world.fault("A", "fails before its effect")],
  },
  {
    name: "a sweep whose response is lost, and another one",
    start: (world) => [
      world.isolate("A", 1),
      world.sweep("S"),
      world.sweep("T"),
      world.fault("S", "loses its response"),
    ],
    without: ["the id of the batch"],
  },
  {
    name: "a sweep that dies, and another one",
    start: (world) => [world.isolate("A", 1, 2), world.sweep("S"), world.sweep("T"), world.fault("S", "dies")],
    without: ["the id of the batch"],
  },
  {
    name: "an isolate that dies",
    start: (world) => [world.isolate("A", 1, 2), world.isolate("B", 1), world.sweep("S"), world.fault("A", "dies")],
  },
  {
    name: "a Redis that loses its data",
    start: (world) => [
      world.isolate("A", 1, 2),
      world.sweep("S"),
      world.fault("A", "fails before its effect"),
      world.fault("Redis", "loses its data"),
    ],
  },
];

describe("counts of evaluations in every order of events", () => testUsageSchedules(CASES, 1000));
