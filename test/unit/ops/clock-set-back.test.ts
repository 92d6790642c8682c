import fc from "fast-check";
import { describe, test } from "vitest";
import { MemoryTier } from "../../../src/cache/memory-tier.ts";
import { Environments } from "../../../src/delivery/environment.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import { AdminAuthenticator } from "../../../src/http/management/actor.ts";
import { StreamSlots } from "../../../src/http/streams/stream-slots.ts";
import { isWithin, remainingMs } from "../../../src/ops/clock.ts";
import { FailureLog } from "../../../src/ops/failure-log.ts";
import { createCallerRateLimit, createRateLimit } from "../../../src/ops/rate-limit.ts";
import { Breaker } from "../../../src/resilience/breaker.ts";
import { SingleFlight } from "../../../src/resilience/single-flight.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const TEN_MINUTES = 600_000;
const nobody = () => undefined;
const scope = { waitUntil: nobody };
const silent = { info: nobody, warn: nobody, error: nobody };

/** Creates one thing at this time. The function that it returns tells whether the thing is still in force. */
type Begin = (clock: FakeClock) => (() => unknown) | Promise<() => unknown>;

function stateAt(clock: FakeClock) {
  const l1 = new MemoryTier<CompiledFlag>({
    maxEntries: 10,
    maxBytes: 1000,
    ttlMs: 60_000,
    absentTtlMs: 5000,
    now: clock.now,
    random: () => 0.5,
    sizeOf: () => 1,
  });
  const state = new Environments(l1).of("production");
  state.memory.advance({ version: 1, changes: [] });
  const store = (): void => {
    state.memory.setKeys({}, 1);
    state.memory.setIndex(["flag"], 1);
    l1.set("production", "flag", compileFlag(aFlagDocument("flag")), { asOf: 1 });
  };
  return { state, l1, store };
}

function aBreaker(clock: FakeClock, failures = 1): { breaker: Breaker; fail: () => Promise<void> } {
  const times = { windowMs: 10_000, minOpenMs: 1000, maxOpenMs: 5000 };
  const breaker = new Breaker({ name: "Redis", failures, ...times, now: clock.now, random: () => 0.5 });
  const fail = () => breaker.run(() => Promise.reject(new Error("down"))).catch(nobody);
  return { breaker, fail };
}

function admins(clock: FakeClock, row: { role: "read"; secretHash: string } | undefined) {
  let looks = 0;
  const authenticator = { verify: () => Promise.reject(new Error("not used")) } as never;
  const checks = new AdminAuthenticator({ authenticator, clock }, async () => {
    looks += 1;
    return row && { ...row, environments: null, expiresAt: null, lastUsedOn: null };
  });
  const ask = () => checks.requireAdmin({ kind: "admin", id: "id", secretHash: "hash" }, scope).catch(nobody);
  return async () => {
    await ask();
    return async () => {
      const before = looks;
      await ask();
      return looks === before;
    };
  };
}

const THINGS: Record<string, Begin> = {
  "the confirmation of a head": (clock) => {
    const { state, store } = stateAt(clock);
    store();
    state.memory.confirm(clock.now());
    return () => state.isWarm(clock.now(), 1000);
  },
  "a flag in L1": (clock) => {
    const { state, store } = stateAt(clock);
    store();
    return () => state.memory.lookup("flag", clock.now()) !== undefined;
  },
  "an absent flag in L1": (clock) => {
    const { state, l1 } = stateAt(clock);
    l1.set("production", "ghost", null, { asOf: 1 });
    return () => state.memory.lookup("ghost", clock.now()) !== undefined;
  },
  "the set of all flags": (clock) => {
    const { state, store } = stateAt(clock);
    store();
    return () => state.flagSet(clock.now(), { orStale: false }) !== undefined;
  },
  "a failed head check": (clock) => {
    const { state } = stateAt(clock);
    state.headCheckFailed(clock.now());
    return () => state.hasJustFailed(clock.now());
  },
  "an environment's absence": (clock) => {
    const { state } = stateAt(clock);
    state.markAbsent(clock.now(), 1);
    return () => state.isAbsent(clock.now());
  },
  "an environment's being too large for L1": (clock) => {
    const { state } = stateAt(clock);
    state.markTooLarge(clock.now());
    return () => state.isTooLarge(clock.now());
  },
  "an open breaker": async (clock) => {
    const { breaker, fail } = aBreaker(clock);
    await fail();
    return () => breaker.state === "open";
  },
  "a failure that a breaker counts": async (clock) => {
    const { breaker, fail } = aBreaker(clock, 2);
    await fail();
    return async () => {
      await fail();
      return breaker.state === "open";
    };
  },
  "a flight under way": (clock) => {
    const flights = new SingleFlight({ clock, budgetMs: 1000 });
    void flights.run("name", () => new Promise(nobody), scope);
    return async () => {
      let hasStarted = false;
      void flights.run("name", async () => (hasStarted = true), scope);
      return !hasStarted;
    };
  },
  "a used-up rate limit": (clock) => {
    const allows = createRateLimit(1, clock.now);
    allows();
    return () => !allows();
  },
  "a caller's used-up rate limit": (clock) => {
    const allows = createCallerRateLimit(1, clock.now);
    allows("caller");
    return () => !allows("caller");
  },
  "an accepted admin token": (clock) => admins(clock, { role: "read", secretHash: "hash" })(),
  "a refused admin token": (clock) => admins(clock, undefined)(),
  "the slot of a silent stream": (clock) => {
    const slots = new StreamSlots(1, 60_000, clock.now);
    slots.take(nobody);
    return () => slots.take(nobody) === undefined;
  },
  "an operation that has not recovered": (clock) => {
    const logged: string[] = [];
    const failures = new FailureLog({ ...silent, info: (event) => void logged.push(event) }, clock.now);
    failures.failed("l2", new Error("down"));
    return () => {
      failures.succeeded("l2");
      return logged.length === 0;
    };
  },
};

describe("a clock that is set back by ten minutes", () => {
  test.for(Object.entries(THINGS))("does not prolong %s", async ([, begin], { expect }) => {
    const clock = new FakeClock();
    const isInForce = await begin(clock);
    clock.setBack(TEN_MINUTES);
    expect(await isInForce()).toBe(false);
  });

  test.for(Object.entries(THINGS))("is the only reason: without it, %s still holds", async ([, begin], t) => {
    const isInForce = await begin(new FakeClock());
    t.expect(await isInForce()).toBe(true);
  });

  test("does not keep an isolate from confirming its head at the new time", ({ expect }) => {
    const clock = new FakeClock();
    const { state, store } = stateAt(clock);
    store();
    state.memory.confirm(clock.now());
    clock.setBack(TEN_MINUTES);
    state.memory.confirm(clock.now());
    expect([state.isWarm(clock.now(), 1000), state.isWarm(clock.now() + 1000, 1000)]).toEqual([true, false]);
  });

  test("takes slots only from streams that may be dead, and only if all slots are taken", ({ expect }) => {
    const clock = new FakeClock();
    const slots = new StreamSlots(3, 60_000, clock.now);
    const [alive] = [slots.take(nobody), slots.take(nobody)];
    clock.setBack(TEN_MINUTES);
    alive?.renew();
    expect([slots.take(nobody) !== undefined, slots.open]).toEqual([true, 3]);
    expect([slots.take(nobody) !== undefined, slots.open, alive?.renew()]).toEqual([true, 3, true]);
    expect(slots.take(nobody)).toBeUndefined();
  });
});

describe("isWithin and remainingMs", () => {
  test("hold from an instant on for the given time, and at no other time", ({ expect }) => {
    const instant = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 1e9 }), instant, (since, ms, now) => {
        const holds = isWithin(since, ms, now);
        expect(holds).toBe(now >= since && now < since + ms);
        expect(remainingMs(since, ms, now)).toBe(holds ? since + ms - now : 0);
        expect(remainingMs(since, ms, now)).toBeLessThanOrEqual(ms);
      }),
    );
  });
});
