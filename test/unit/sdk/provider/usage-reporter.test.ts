import { beforeEach, expect, test } from "vitest";
import { UsageReporter } from "../../../../sdk/provider/usage-reporter.ts";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../../src/evaluation/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";

const FLAG = compileFlag(aFlagDocument("banner"));
const MINUTE_MS = 60_000;

let clock: FakeClock;
let sent: { batch: string; counts: Record<string, unknown>[] }[];
let respond: () => number | Promise<number>;
let closing: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  respond = () => 200;
  closing = new AbortController();
});

function aReporter(everyMs = MINUTE_MS): UsageReporter {
  let ids = 0;
  return new UsageReporter({
    send: async (body) => {
      sent.push(JSON.parse(body) as (typeof sent)[number]);
      return respond();
    },
    everyMs,
    clock,
    random: () => 0.5,
    newId: () => `batch-${(ids += 1)}`,
  });
}

function evaluate(reporter: UsageReporter, flag: CompiledFlag = FLAG, kind: "used" | "requested" = "used"): void {
  const input = { context: {}, request: {}, now: clock.now(), random: () => 0, draws: undefined };
  reporter.count(flag, flag.evaluate(input), kind);
}

test("counts are reported once a minute, with one count for each name", async () => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  evaluate(reporter);
  evaluate(reporter, compileFlag(aFlagDocument("banner", 2)));
  evaluate(reporter, FLAG, "requested");
  await clock.advance(MINUTE_MS);
  const at = new Date(clock.now()).toISOString();
  expect(sent).toEqual([
    { batch: "batch-1", counts: [{ flag: "banner", variant: "on", rule: null, used: 2, requested: 1, at }] },
  ]);
  await clock.advance(10 * MINUTE_MS);
  expect(sent).toHaveLength(1);
});

test.for<[string, () => number | Promise<number>]>([
  ["fails", () => Promise.reject(new Error("down"))],
  ["is refused for a while", () => 429],
  ["gets no backend", () => 503],
])("a report that %s is repeated with its id, and the next one waits", async ([, failing]) => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  respond = failing;
  evaluate(reporter);
  await clock.advance(MINUTE_MS);
  evaluate(reporter);
  await clock.advance(MINUTE_MS);
  respond = () => 200;
  await clock.advance(MINUTE_MS);
  expect(sent.map(({ batch }) => batch)).toEqual(["batch-1", "batch-1", "batch-1", "batch-2"]);
});

test("a report that is refused for good is dropped", async () => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  respond = () => 422;
  evaluate(reporter);
  await clock.advance(MINUTE_MS);
  respond = () => 200;
  await clock.advance(5 * MINUTE_MS);
  expect(sent).toHaveLength(1);
});

test("a deployment that knows no reports is asked again after an hour", async () => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  respond = () => 404;
  for (let minute = 0; minute < 60; minute++) {
    evaluate(reporter);
    await clock.advance(MINUTE_MS);
  }
  expect(sent).toHaveLength(1);
  respond = () => 200;
  await clock.advance(2 * MINUTE_MS);
  expect(sent.length).toBeGreaterThan(10);
});

test("reports that wait are bounded in number and age", async () => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  respond = () => 503;
  for (let minute = 0; minute < 100; minute++) {
    evaluate(reporter);
    await clock.advance(MINUTE_MS);
  }
  respond = () => 200;
  sent = [];
  await clock.advance(MINUTE_MS);
  expect(sent).toHaveLength(20);
  respond = () => 503;
  evaluate(reporter);
  await clock.advance(13 * 60 * MINUTE_MS);
  respond = () => 200;
  sent = [];
  await clock.advance(MINUTE_MS);
  expect(sent).toEqual([]);
});

test("different counts have an upper bound, and a report has a thousand of them", async () => {
  const reporter = aReporter();
  void reporter.run(closing.signal);
  for (let i = 0; i < 10_100; i++) evaluate(reporter, compileFlag(aFlagDocument(`f${i}`)));
  await clock.advance(MINUTE_MS);
  expect(sent.map(({ counts }) => counts.length)).toEqual(Array.from({ length: 10 }, () => 1000));
});

test("the last counts are reported at the end, within three seconds", async () => {
  const reporter = aReporter();
  evaluate(reporter);
  await reporter.close();
  expect(sent).toHaveLength(1);
  evaluate(reporter);
  respond = () => new Promise(() => undefined);
  const closed = reporter.close();
  await clock.advance(3000);
  await closed;
});

test("nothing is counted if reports are off", async () => {
  const reporter = aReporter(0);
  void reporter.run(closing.signal);
  evaluate(reporter);
  await reporter.close();
  expect([sent, clock.sleeping]).toEqual([[], 0]);
});
