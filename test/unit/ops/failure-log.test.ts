import { describe, test } from "vitest";
import { FailureLog } from "../../../src/ops/failure-log.ts";
import type { LogFields } from "../../../src/ops/log.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function start() {
  const clock = new FakeClock();
  const lines: [event: string, fields: LogFields | undefined][] = [];
  const note = (event: string, fields?: LogFields) => void lines.push([event, fields]);
  const failures = new FailureLog({ info: note, warn: note, error: note }, clock.now);
  return { clock, lines, failures, events: () => lines.map(([event]) => event) };
}

describe("FailureLog", () => {
  test("an outage is two lines, however many requests fail", async ({ expect }) => {
    const { clock, lines, failures, events } = start();
    for (let i = 0; i < 1000; i++) {
      failures.failed("l2", new Error("down"), { environment: "production" });
      await clock.advance(10);
    }
    await clock.advance(20_000);
    for (let i = 0; i < 1000; i++) failures.succeeded("l2");
    expect(events()).toEqual(["l2_failed", "l2_recovered"]);
    expect(lines[0]?.[1]).toMatchObject({ environment: "production", error: "Error: down" });
    expect(lines[1]?.[1]).toEqual({ failures: 1000, failedForMs: 9990 });
  });

  test("a backend that fails every other time has one outage", async ({ expect }) => {
    const { clock, failures, events } = start();
    for (let i = 0; i < 100; i++) {
      failures.failed("l3", new Error("flaky"));
      failures.succeeded("l3");
      await clock.advance(100);
    }
    expect(events()).toEqual(["l3_failed"]);
  });

  test("a failure after a long success is a new outage, but not after a long pause", async ({ expect }) => {
    const { clock, failures, events } = start();
    for (let i = 0; i < 10; i++) {
      failures.failed("l2", new Error("down"));
      await clock.advance(60_000);
    }
    expect(events()).toEqual(["l2_failed"]);
    failures.failed("l2", new Error("last"));
    failures.succeeded("l2");
    await clock.advance(60_000);
    failures.failed("l2", new Error("again"));
    expect(events()).toEqual(["l2_failed", "l2_failed"]);
  });

  test("operations are separate, and a success without a failure logs nothing", ({ expect }) => {
    const { failures, events } = start();
    failures.succeeded("l2");
    failures.failed("l2", new Error("down"));
    failures.failed("l3", new Error("down"));
    expect(events()).toEqual(["l2_failed", "l3_failed"]);
  });
});
