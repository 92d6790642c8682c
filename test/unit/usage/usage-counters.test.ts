import { describe, it } from "vitest";
import { REPORTS } from "../../../bench/cost-usage.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { EvaluationContext } from "../../../src/evaluation/types.ts";
import { overrideFlag } from "../../../src/evaluation/override.ts";
import { FailureLog } from "../../../src/ops/failure-log.ts";
import type { UsageBatch } from "../../../src/usage/usage-count.ts";
import { UsageCounters } from "../../../src/usage/usage-counters.ts";
import { UsageFlusher } from "../../../src/usage/usage-flusher.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const START = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;
const FLAG = compileFlag(
  aFlagDocument("a", 1, {
    rules: [
      {
        id: "r1",
        when: { attribute: "plan", operator: "equals", values: ["pro"] },
        serve: { variant: "off" },
      },
    ],
  }),
);

/** An isolate whose sink accepts what `isAccepted` says. */
function anIsolate({ firstMs = 10_000, longestMs = 600_000 } = {}) {
  const clock = new FakeClock(START);
  const batches: UsageBatch[] = [];
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const world = { isAccepted: true, isAnswered: true };
  const stats = { flushes: 0, failures: 0, dropped: 0, lost: 0 };
  const logs = { info: log, warn: log, error: log };
  const flusher = new UsageFlusher({
    sink: async () => ({
      add: async (batch) => {
        // The first batch only introduces the isolate.
        if (batch.sequence === 1) return true;
        if (world.isAccepted) batches.push(batch);
        if (!world.isAccepted || !world.isAnswered) throw new Error("no response");
        return true;
      },
    }),
    sender: "isolate",
    now: clock.now,
    firstMs,
    longestMs,
    stats,
    failures: new FailureLog(logs, clock.now),
    log: logs,
  });
  const counters = new UsageCounters({ clock, firstMs, flush: (own) => flusher.flush(own) });
  const scope = { waitUntil: (promise: Promise<unknown>) => void promise };
  const evaluate = (context: EvaluationContext = {}, { flag = FLAG, keyId = "key" as string | null } = {}) => {
    const caller = { environment: "prod", ...(keyId === null ? {} : { keyId }), scope };
    const input = { context, request: {}, now: clock.now(), random: () => 0, draws: undefined };
    counters.one(caller, flag, flag.evaluate(input), clock.now());
  };
  /** The counts that the sink has got, without those that only say when a key was used. */
  const counts = () => batches.flatMap(({ counts }) => counts.filter(([, , flag]) => flag !== ""));
  const used = () => counts().reduce((sum, count) => sum + count[7], 0);
  return { clock, batches, logged, world, stats, counters, evaluate, counts, used, scope };
}

describe("the counts of an isolate", () => {
  it("are kept by variant, rule, key and hour, with the last time", async ({ expect }) => {
    const { clock, evaluate, counts } = anIsolate();
    evaluate();
    await clock.advance(1000);
    evaluate();
    evaluate({ plan: "pro" });
    evaluate({}, { keyId: null });
    await clock.advance(10_000);
    const hour = START / 3_600_000;
    expect(counts()).toEqual([
      ["prod", hour, "a", "on", "", "key", 0, 2, 0, START + 1000],
      ["prod", hour, "a", "off", "r1", "key", 0, 1, 0, START + 1000],
      ["prod", hour, "a", "on", "", "", 0, 1, 0, START + 1000],
    ]);
  });

  it("of an hour stay in it, also if they are reported in the next one", async ({ expect }) => {
    const { clock, evaluate, counts } = anIsolate();
    await clock.advance(60 * MINUTE_MS - 1000);
    evaluate();
    await clock.advance(2000);
    evaluate();
    await clock.advance(20_000);
    const hour = START / 3_600_000;
    expect(counts().map(([, of, , , , , , used]) => [of, used])).toEqual([
      [hour, 1],
      [hour + 1, 1],
    ]);
  });

  it("of a flag that changed are added to one count", async ({ expect }) => {
    const { clock, evaluate, counts } = anIsolate();
    for (const version of [1, 2, 3]) evaluate({}, { flag: compileFlag(aFlagDocument("a", version)) });
    await clock.advance(10_000);
    expect(counts()).toEqual([["prod", START / 3_600_000, "a", "on", "", "key", 0, 3, 0, START]]);
  });

  it("leave out variants from overrides", async ({ expect }) => {
    const { clock, counters, counts, scope } = anIsolate();
    const input = { context: {}, request: {}, now: START, random: () => 0, draws: undefined };
    counters.one({ environment: "prod", keyId: "key", scope }, FLAG, overrideFlag(FLAG, "off", input)!, START);
    await clock.advance(10_000);
    expect(counts()).toEqual([]);
  });

  it("have an upper bound, beyond which they are counted without their flags", async ({ expect }) => {
    const { clock, evaluate, counts } = anIsolate();
    for (let i = 0; i < 20_100; i++) evaluate({}, { flag: compileFlag(aFlagDocument(`f${i}`)) });
    await clock.advance(10_000);
    expect(counts()).toHaveLength(20_000);
    expect(counts().at(-1)).toEqual(["prod", START / 3_600_000, "*", "", "", "key", 0, 101, 0, START]);
  });

  it("have an upper bound for keys, beyond which they are dropped and logged", async ({ expect }) => {
    const { clock, evaluate, logged, stats } = anIsolate();
    for (let i = 0; i < 20_100; i++) evaluate({}, { keyId: `key-${i}` });
    await clock.advance(10_000);
    expect(stats.dropped).toBeGreaterThan(0);
    expect(logged).toContain("usage_dropped");
  });

  it("are not kept if counting is off", async ({ expect }) => {
    const { clock, evaluate, counters } = anIsolate({ firstMs: 0 });
    evaluate();
    expect(clock.sleeping).toBe(0);
    expect(counters.take(0)).toEqual([]);
  });
});

describe("the reports of an isolate", () => {
  it("come after ten seconds, then more seldom, and at least every ten minutes", async ({ expect }) => {
    const { clock, evaluate, batches } = anIsolate();
    const times: number[] = [];
    for (let second = 0; second < 3600; second++) {
      evaluate();
      await clock.advance(1000);
      while (times.length < batches.length) times.push(second + 1);
    }
    // The cost model of docs/scale.md has the same pauses.
    const pauses = [...REPORTS.first, REPORTS.later, REPORTS.later];
    const expected = pauses.map((_, i) => pauses.slice(0, i + 1).reduce<number>((sum, pause) => sum + pause, 0));
    expect(times.slice(0, expected.length)).toEqual(expected);
    expect(times.length).toBeLessThanOrEqual(pauses.length + 4);
  });

  it("come sooner after many requests, but never sooner than the shortest time", async ({ expect }) => {
    const { clock, evaluate, batches } = anIsolate();
    for (let second = 0; second < 600; second++) {
      for (let i = 0; i < REPORTS.requests / 5; i++) evaluate();
      await clock.advance(1000);
    }
    expect(batches.length).toBeGreaterThan(50);
    expect(batches.length).toBeLessThanOrEqual(60);
  });

  it("keep the shortest time if that is the longest, too", async ({ expect }) => {
    const { clock, evaluate, batches } = anIsolate({ firstMs: 5000, longestMs: 5000 });
    for (let i = 0; i < 20; i++) {
      evaluate();
      await clock.advance(15_000);
      expect(batches).toHaveLength(i + 1);
    }
  });

  it("are repeated with their number until the sink accepts them", async ({ expect }) => {
    const { clock, evaluate, batches, world, stats, logged, used } = anIsolate();
    world.isAnswered = false;
    evaluate();
    await clock.advance(10_000);
    evaluate();
    await clock.advance(40_000);
    evaluate();
    // An overdue report goes out at once.
    await clock.advance(0);
    await clock.advance(160_000);
    world.isAnswered = true;
    evaluate();
    await clock.advance(20_000);
    expect(batches.map(({ sequence, isRepeated }) => [sequence, isRepeated])).toEqual([
      [2, false],
      [2, true],
      [2, true],
      [3, false],
    ]);
    expect(used()).toBe(3 + 3);
    expect(stats).toMatchObject({ flushes: 2, failures: 2, lost: 0 });
    expect(logged.filter((event) => event === "usage_flush_failed")).toHaveLength(1);
  });

  it("are given up after twelve hours, and logged", async ({ expect }) => {
    const { clock, evaluate, world, stats, logged, used } = anIsolate();
    world.isAccepted = false;
    for (let i = 0; i < 13 * 60; i++) {
      evaluate();
      await clock.advance(MINUTE_MS);
    }
    world.isAccepted = true;
    for (let i = 0; i < 2; i++) {
      evaluate();
      await clock.advance(0);
      await clock.advance(30 * MINUTE_MS);
    }
    expect(logged).toContain("usage_lost");
    expect(used() + stats.lost).toBe(13 * 60 + 2);
  });

  it("go on if the request dies that was to send one", async ({ expect }) => {
    const { clock, evaluate, counters, used } = anIsolate();
    const dying = new UsageCounters({ clock, firstMs: 10_000, flush: () => new Promise(() => undefined) });
    const caller = { environment: "prod", keyId: "key", scope: { waitUntil: () => undefined } };
    const input = { context: {}, request: {}, now: START, random: () => 0, draws: undefined };
    let flushes = 0;
    for (let i = 0; i < 4; i++) {
      dying.one({ ...caller, scope: { waitUntil: () => void flushes++ } }, FLAG, FLAG.evaluate(input), clock.now());
      await clock.advance(20_000);
    }
    expect(flushes).toBe(2);
    expect(counters.dropped).toBe(0);
    evaluate();
    await clock.advance(10_000);
    expect(used()).toBe(1);
  });

  it("go on after the clock was set back", async ({ expect }) => {
    const { clock, evaluate, used } = anIsolate();
    for (let i = 0; i < 1000; i++) {
      evaluate();
      await clock.advance(1000);
    }
    clock.setBack(24 * 60 * MINUTE_MS);
    for (let i = 0; i < 2000; i++) evaluate();
    await clock.advance(20 * MINUTE_MS);
    evaluate();
    await clock.advance(20 * MINUTE_MS);
    expect(used()).toBeGreaterThanOrEqual(3000);
  });
});
