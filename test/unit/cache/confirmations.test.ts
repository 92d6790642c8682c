import fc from "fast-check";
import { describe, test } from "vitest";
import { Environments } from "../../../src/delivery/environment.ts";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { CompiledFlag } from "../../../src/evaluation/types.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const TTL = 60_000;
const AT_1 = { asOf: 1 };

/** Creates an environment at version 1. `isFresh` tells whether L1 serves the flag. */
function aConfirmedTier(ttlMs = TTL) {
  const { tier, clock } = aMemoryTier<string>({ ttlMs });
  tier.advance("prod", { version: 1, changes: [] });
  const environment = tier.environment("prod");
  const isFresh = (key: string) => environment.lookup(key) !== undefined;
  const confirm = () => environment.confirm(clock.now());
  return { tier, clock, environment, isFresh, confirm };
}

describe("an entry of L1", () => {
  test("never expires while each confirmation comes within the TTL after the one before", async ({ expect }) => {
    const { tier, clock, isFresh, confirm } = aConfirmedTier();
    tier.set("prod", "a", "A", AT_1);
    for (let i = 0; i < 1000; i++) {
      confirm();
      await clock.advance(TTL);
      expect(isFresh("a")).toBe(true);
    }
  });

  test("expires during a gap that is longer, and stays expired after it as last known good", async ({ expect }) => {
    const { tier, clock, environment, isFresh, confirm } = aConfirmedTier();
    tier.set("prod", "a", "A", AT_1);
    confirm();
    await clock.advance(TTL);
    expect(isFresh("a")).toBe(true);
    await clock.advance(1);
    expect(isFresh("a")).toBe(false);
    confirm();
    expect(isFresh("a")).toBe(false);
    expect(environment.current("a")?.value).toBe("A");
    tier.set("prod", "a", "A", AT_1);
    expect(isFresh("a")).toBe(true);
  });

  test("is fresh for one TTL if no head was ever confirmed, and its reading may be confirmed later", async ({
    expect,
  }) => {
    const { tier, clock, environment, isFresh } = aConfirmedTier();
    tier.set("prod", "a", "A", AT_1);
    environment.confirm(0);
    await clock.advance(TTL);
    expect(isFresh("a")).toBe(true);
    environment.confirm(clock.now() - 50);
    await clock.advance(TTL - 50);
    expect(isFresh("a")).toBe(true);
    await clock.advance(1);
    expect(isFresh("a")).toBe(false);
  });

  test("does not rest on a head that is behind the isolate's version", async ({ expect }) => {
    const { tier, clock, environment, isFresh } = aConfirmedTier();
    tier.advance("prod", { version: 2, changes: [[2, []]] });
    tier.set("prod", "a", "A", { asOf: 2 });
    environment.confirm(clock.now());
    for (let i = 0; i < 2; i++) {
      expect(isFresh("a")).toBe(i === 0);
      await clock.advance(TTL / 2 + 1);
      environment.confirm(clock.now(), 1);
      expect(environment.checkedAt).toBe(clock.now());
      await clock.advance(TTL / 2);
    }
  });

  test("keeps its own lifetime if it has one, through gaps and in spite of confirmations", async ({ expect }) => {
    const { tier, clock, isFresh, confirm } = aConfirmedTier();
    tier.set("prod", "ghost", null, AT_1);
    tier.set("prod", "long", "L", { asOf: 1, ttlMs: 10 * TTL });
    const states = [];
    for (const ms of [2999, 1, 2 * TTL, 8 * TTL]) {
      confirm();
      await clock.advance(ms);
      states.push(["ghost", "long"].map(isFresh));
    }
    expect(states).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ]);
  });

  test("is never fresh with a TTL of zero, however often the head is confirmed", ({ expect }) => {
    const { tier, isFresh, confirm } = aConfirmedTier(0);
    confirm();
    tier.set("prod", "a", "A", AT_1);
    confirm();
    expect(isFresh("a")).toBe(false);
  });

  const keys = ["a", "b", "c"];
  const key = fc.constantFrom(...keys);
  const ms = fc.oneof(fc.integer({ min: 0, max: TTL + 2 }), fc.constantFrom(0, 1, TTL / 2, TTL - 1, TTL, TTL + 1));
  const step = fc.oneof(
    fc.record({ kind: fc.constant("store" as const), key }),
    fc.record({ kind: fc.constant("pass" as const), ms }),
    fc.record({ kind: fc.constant("confirm" as const), lag: fc.oneof(fc.constant(0), ms) }),
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 40 });

  test("is fresh if and only if no gap longer than the TTL lies between its storing and now", async ({ expect }) => {
    let fresh = 0;
    let looks = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { l1, state, clock } = aState();
        const storedAt = new Map<string, number>();
        const confirmations: number[] = [];
        for (const one of sequence) {
          if (one.kind === "pass") await clock.advance(one.ms);
          if (one.kind === "store") {
            l1.set("production", one.key, FLAGS.get(one.key) ?? null, AT_1);
            storedAt.set(one.key, clock.now());
          }
          if (one.kind === "confirm") {
            const readAt = clock.now() - one.lag;
            state.memory.confirm(readAt);
            if (readAt > (confirmations.at(-1) ?? 0)) confirmations.push(readAt);
          }
          const now = clock.now();
          const isExpected = (held: string) => {
            const from = storedAt.get(held);
            return from !== undefined && longestGap([from, ...confirmations.filter((at) => at > from), now]) <= TTL;
          };
          for (const held of keys) {
            expect(state.memory.lookup(held, now) !== undefined).toBe(isExpected(held));
            looks += 1;
            if (isExpected(held)) fresh += 1;
          }
          expect(state.flagSet(now, { orStale: false }) !== undefined).toBe(keys.every(isExpected));
          expect(state.flagSet(now, { orStale: true }) !== undefined).toBe(storedAt.size === keys.length);
        }
      }),
    );
    // The sequences reach both.
    expect(fresh / looks).toBeGreaterThan(0.1);
    expect(fresh / looks).toBeLessThan(0.9);
  });
});

describe("a clock that is set back, for entries of L1", () => {
  test("neither expires them once the head is confirmed at the new time, nor prolongs them", async ({ expect }) => {
    const past = fc.integer({ min: 0, max: TTL });
    await fc.assert(
      fc.asyncProperty(past, past, fc.integer({ min: 1, max: 10 * TTL }), async (before, after, ms) => {
        const { tier, clock, isFresh, confirm } = aConfirmedTier();
        tier.set("prod", "old", "O", AT_1);
        await clock.advance(TTL + 1);
        confirm();
        tier.set("prod", "a", "A", AT_1);
        await clock.advance(before);
        confirm();
        tier.set("prod", "b", "B", AT_1);
        await clock.advance(after);
        clock.setBack(ms);
        confirm();
        const all = () => ["old", "a", "b"].map(isFresh);
        expect(all()).toEqual([false, true, true]);
        await clock.advance(TTL);
        confirm();
        expect(all()).toEqual([false, true, true]);
        await clock.advance(TTL + 1);
        expect(all()).toEqual([false, false, false]);
        // The clock reaches the times at which they were first stored.
        for (let i = 0; i < 24; i++) {
          confirm();
          expect(all()).toEqual([false, false, false]);
          await clock.advance(TTL);
        }
      }),
    );
  });

  test("does not prolong a flag with a lifetime of its own", async ({ expect }) => {
    const { tier, clock, isFresh, confirm } = aConfirmedTier();
    tier.set("prod", "ghost", null, AT_1);
    clock.setBack(TTL);
    confirm();
    expect(isFresh("ghost")).toBe(false);
    await clock.advance(TTL + 2999);
    expect(isFresh("ghost")).toBe(true);
    await clock.advance(1);
    expect(isFresh("ghost")).toBe(false);
  });

  test("does not prolong a set of flags that was built before", async ({ expect }) => {
    const { l1, state, clock } = aState();
    l1.setMany("production", FLAGS, AT_1);
    expect(state.flagSet(clock.now(), { orStale: false })).toBeDefined();
    clock.setBack(2 * TTL);
    state.memory.confirm(clock.now());
    await clock.advance(2 * TTL);
    state.memory.confirm(clock.now());
    expect(state.flagSet(clock.now(), { orStale: false })).toBeUndefined();
  });

  test("does not make entries expire that are stored after the clock ran ahead", async ({ expect }) => {
    const { tier, clock, isFresh, confirm } = aConfirmedTier();
    confirm();
    await clock.advance(10 * TTL);
    confirm();
    clock.setBack(10 * TTL);
    tier.set("prod", "a", "A", AT_1);
    expect(isFresh("a")).toBe(true);
    confirm();
    await clock.advance(TTL);
    expect(isFresh("a")).toBe(true);
  });
});

const FLAGS = new Map(["a", "b", "c"].map((key) => [key, compileFlag(aFlagDocument(key))]));

/** Creates the state of an environment at version 1 whose index lists all flags of {@link FLAGS}. */
function aState() {
  const { tier: l1, clock } = aMemoryTier<CompiledFlag>({ sizeOf: () => 1 });
  const state = new Environments(l1).of("production");
  state.memory.advance({ version: 1, changes: [] });
  state.memory.setIndex([...FLAGS.keys()], 1);
  return { l1, state, clock };
}

function longestGap(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((at, i) => at - (times[i] ?? at)));
}
