import { describe, test } from "vitest";
import { Breaker, BreakerOpenError } from "../../../src/resilience/breaker.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function setUp(drawn = 0.5) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const breaker = new Breaker({
    onChange: (state) => void changes.push(state),
    name: "Redis",
    failures: 5,
    windowMs: 10_000,
    minOpenMs: 1000,
    maxOpenMs: 5000,
    now: clock.now,
    random: () => drawn,
  });
  let calls = 0;
  const attempt = (outcome: "works" | "fails") => {
    const call = async () => {
      calls += 1;
      if (outcome === "fails") throw new Error("down");
      return "up";
    };
    return breaker.run(call).catch((error: Error) => error.name);
  };
  const fail = async (times: number) => {
    for (let i = 0; i < times; i++) await attempt("fails");
  };
  return { clock, breaker, attempt, fail, changes, calls: () => calls };
}

describe("Breaker", () => {
  test("passes results and errors on while closed", async ({ expect }) => {
    const { breaker, attempt } = setUp();
    expect(await attempt("works")).toBe("up");
    expect(await attempt("fails")).toBe("Error");
    expect(breaker.state).toBe("closed");
  });

  test("opens after five failures within ten seconds, and then calls nothing", async ({ expect }) => {
    const { breaker, attempt, fail, calls } = setUp();
    await fail(4);
    await attempt("works");
    expect(breaker.state).toBe("closed");
    await fail(1);
    expect(breaker.state).toBe("open");
    expect(await attempt("works")).toBe("BreakerOpenError");
    expect(calls()).toBe(6);
    await expect(breaker.run(async () => "up")).rejects.toThrow(BreakerOpenError);
    await expect(breaker.run(async () => "up")).rejects.toThrow("Redis");
  });

  test("does not open for failures that are further apart", async ({ expect }) => {
    const { clock, breaker, fail } = setUp();
    await fail(4);
    await clock.advance(10_000);
    await fail(4);
    expect(breaker.state).toBe("closed");
    await fail(1);
    expect(breaker.state).toBe("open");
  });

  test.for([
    [0, 1000],
    [0.5, 3000],
    [0.999_999, 5000],
  ])("stays open for a time drawn between one and five seconds: %f", async ([drawn = 0, openMs = 0], { expect }) => {
    const { clock, breaker, fail } = setUp(drawn);
    await fail(5);
    await clock.advance(openMs - 1);
    expect(breaker.state).toBe("open");
    await clock.advance(1);
    expect(breaker.state).toBe("half-open");
  });

  test("lets one probe through, and closes if it works", async ({ expect }) => {
    const { clock, breaker, attempt, fail, calls } = setUp();
    await fail(5);
    await clock.advance(3000);
    const { promise, resolve } = Promise.withResolvers<string>();
    const probe = breaker.run(() => promise);
    expect(breaker.state).toBe("half-open");
    expect(await attempt("works")).toBe("BreakerOpenError");
    resolve("up");
    expect(await probe).toBe("up");
    expect(breaker.state).toBe("closed");
    await fail(4);
    expect(breaker.state).toBe("closed");
    expect(calls()).toBe(9);
  });

  test("opens again if the probe fails", async ({ expect }) => {
    const { clock, breaker, attempt, fail } = setUp();
    await fail(5);
    await clock.advance(3000);
    expect(await attempt("fails")).toBe("Error");
    expect(breaker.state).toBe("open");
    await clock.advance(2999);
    expect(await attempt("works")).toBe("BreakerOpenError");
    await clock.advance(1);
    expect(await attempt("works")).toBe("up");
    expect(breaker.state).toBe("closed");
  });

  test("sends another probe if the first one died with its request", async ({ expect }) => {
    const { clock, breaker, attempt, fail } = setUp();
    await fail(5);
    await clock.advance(3000);
    void breaker.run(() => new Promise(() => undefined));
    await clock.advance(2999);
    expect(await attempt("works")).toBe("BreakerOpenError");
    await clock.advance(1);
    expect(await attempt("works")).toBe("up");
    expect(breaker.state).toBe("closed");
  });

  test("is not closed by a call that began before it opened", async ({ expect }) => {
    const { breaker, fail } = setUp();
    const { promise, resolve } = Promise.withResolvers<string>();
    const early = breaker.run(() => promise);
    await fail(5);
    resolve("up");
    expect(await early).toBe("up");
    expect(breaker.state).toBe("open");
  });

  test("reports opening and closing once each, however many probes fail in between", async ({ expect }) => {
    const { clock, attempt, fail, changes } = setUp();
    await fail(4);
    expect(changes).toEqual([]);
    await fail(3);
    for (let i = 0; i < 3; i++) {
      await clock.advance(5000);
      await fail(1);
    }
    expect(changes).toEqual(["open"]);
    await clock.advance(5000);
    await attempt("works");
    await attempt("works");
    expect(changes).toEqual(["open", "closed"]);
  });
});
