import { describe, test } from "vitest";
import { FlightLateError, SingleFlight } from "../../../src/resilience/single-flight.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const BUDGET_MS = 1000;

function setUp() {
  const clock = new FakeClock();
  const flights = new SingleFlight({ budgetMs: BUDGET_MS, clock });
  const held: Promise<unknown>[] = [];
  const scope = { waitUntil: (promise: Promise<unknown>) => void held.push(promise) };
  let calls = 0;
  /** Starts work that ends when the test says so. */
  const work = () => {
    calls += 1;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    endings.push({ resolve, reject });
    return promise;
  };
  const endings: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  return { clock, flights, held, scope, work, endings, calls: () => calls };
}

/** The work of a request that died, which never ends. */
const never = () => new Promise<string>(() => undefined);

describe("SingleFlight", () => {
  test("makes one call for a hundred simultaneous callers, and returns its result to all", async ({ expect }) => {
    const { flights, scope, work, endings, calls } = setUp();
    const results = Array.from({ length: 100 }, () => flights.run("key", work, scope));
    expect(calls()).toBe(1);
    endings[0]?.resolve("result");
    expect(await Promise.all(results)).toEqual(Array.from({ length: 100 }, () => "result"));
  });

  test("tells each caller whether the flight was its own", async ({ expect }) => {
    const { flights, scope, work, endings } = setUp();
    const landed = [flights.join("name", work, scope), flights.join("name", work, scope)];
    endings[0]?.resolve("result");
    expect(await Promise.all(landed)).toEqual([
      { result: "result", isOwn: true },
      { result: "result", isOwn: false },
    ]);
  });

  test("keeps names apart, and calls again once a flight has ended", async ({ expect }) => {
    const { flights, scope, work, endings, calls } = setUp();
    const [a, b] = [flights.run("a", work, scope), flights.run("b", work, scope)];
    expect(calls()).toBe(2);
    endings[0]?.resolve("A");
    endings[1]?.resolve("B");
    expect([await a, await b]).toEqual(["A", "B"]);
    const again = flights.run("a", work, scope);
    endings[2]?.resolve("A2");
    expect(await again).toBe("A2");
  });

  test("gives the flight to its owner's waitUntil, once and without its error", async ({ expect }) => {
    const { flights, scope, held, work, endings } = setUp();
    const results = [flights.run("key", work, scope), flights.run("key", work, scope)];
    expect(held.length).toBe(1);
    endings[0]?.reject(new Error("no"));
    await expect(Promise.allSettled(results)).resolves.toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    await expect(held[0]).resolves.toBeUndefined();
  });

  test("does not keep a failure", async ({ expect }) => {
    const { flights, scope, work, endings } = setUp();
    const failing = flights.run("key", work, scope);
    endings[0]?.reject(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    const second = flights.run("key", work, scope);
    endings[1]?.resolve("yes");
    expect(await second).toBe("yes");
  });

  test("survives work that throws before it begins", async ({ expect }) => {
    const { flights, scope, work, endings } = setUp();
    const broken = (): Promise<string> => {
      throw new Error("at once");
    };
    await expect(flights.run("key", broken, scope)).rejects.toThrow("at once");
    const second = flights.run("key", work, scope);
    endings[0]?.resolve("yes");
    expect(await second).toBe("yes");
  });

  test("followers of a dead owner start one new flight together", async ({ expect }) => {
    const { clock, flights, scope, work, endings, calls } = setUp();
    void flights.run("key", never, scope);
    const results = Array.from({ length: 20 }, () => flights.run("key", work, scope));
    expect(calls()).toBe(0);
    await clock.advance(BUDGET_MS);
    expect(calls()).toBe(1);
    endings[0]?.resolve("healed");
    expect(new Set(await Promise.all(results))).toEqual(new Set(["healed"]));
  });

  test("a caller after the budget does not wait for a dead owner at all", async ({ expect }) => {
    const { clock, flights, scope, work, endings, calls } = setUp();
    void flights.run("key", never, scope);
    await clock.advance(BUDGET_MS + 1);
    const result = flights.run("key", work, scope);
    expect(calls()).toBe(1);
    endings[0]?.resolve("fresh");
    expect(await result).toBe("fresh");
  });

  test("a flight that ends late does not remove its replacement", async ({ expect }) => {
    const { clock, flights, scope, work, endings, calls } = setUp();
    const late = flights.run("key", work, scope);
    await clock.advance(BUDGET_MS + 1);
    const replacement = flights.run("key", work, scope);
    endings[0]?.resolve("late");
    expect(await late).toBe("late");
    const follower = flights.run("key", work, scope);
    expect(calls()).toBe(2);
    endings[1]?.resolve("newer");
    expect(await Promise.all([replacement, follower])).toEqual(["newer", "newer"]);
  });

  test("makes at most two calls for sixty callers of a slow backend, and rejects the others", async ({ expect }) => {
    const { clock, flights, scope, work, endings, calls } = setUp();
    const results = Promise.allSettled(Array.from({ length: 60 }, () => flights.run("key", work, scope)));
    await clock.advance(BUDGET_MS);
    expect(calls()).toBe(2);
    await clock.advance(BUDGET_MS);
    expect(calls()).toBe(2);
    for (const { resolve } of endings) resolve("slow");
    const outcomes = await results;
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(outcomes.length - errors.length).toBe(2);
    expect(errors.every((error) => error instanceof FlightLateError)).toBe(true);
    expect(errors.length).toBe(58);
  });

  test("leaves no timer behind, whether the flight succeeds or fails", async ({ expect }) => {
    const { clock, flights, scope, work, endings } = setUp();
    for (const end of ["resolve", "reject"] as const) {
      const results = Promise.allSettled(Array.from({ length: 3 }, () => flights.run("key", work, scope)));
      expect(clock.sleeping).toBe(2);
      if (end === "resolve") endings[0]?.resolve("result");
      else endings[1]?.reject(new Error("no"));
      await results;
      expect(clock.sleeping).toBe(0);
    }
  });
});
