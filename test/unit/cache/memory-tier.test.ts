import { describe, test } from "vitest";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { describeFlagCache } from "../../support/cache/flag-cache-contract.ts";
import { aMemoryTier } from "../../support/cache/memory-tier.ts";

describeFlagCache("MemoryTier", () => {
  const { tier, clock } = aMemoryTier<FlagDocument>();
  return {
    cache: tier,
    elapse: (ms) => clock.advance(ms),
    publish: (environment, changes) => tier.advance(environment, { version: changes.at(-1)?.[0] ?? 0, changes }),
    ttlMs: 60_000,
    keepsAbsent: true,
  };
});

const AT_1 = { asOf: 1 };

describe("MemoryTier's bounds", () => {
  test("evicts the least recently used entry of any environment if there are too many", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEntries: 3 });
    tier.set("prod", "a", "A", AT_1);
    tier.set("staging", "b", "B", AT_1);
    tier.set("prod", "c", "C", AT_1);
    tier.get("prod", "a");
    tier.set("prod", "d", "D", AT_1);
    expect(tier.environment("staging").peek("b")).toBeUndefined();
    tier.set("prod", "e", "E", AT_1);
    expect(["a", "c", "d", "e"].filter((key) => tier.environment("prod").peek(key))).toEqual(["a", "d", "e"]);
    expect(tier.stats()).toMatchObject({ size: 3, evictions: 2 });
  });

  test("a peek does not count as a use, and a replacement does", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEntries: 2 });
    tier.set("prod", "a", "A", AT_1);
    tier.set("prod", "b", "B", AT_1);
    tier.set("prod", "a", "A2", AT_1);
    tier.environment("prod").peek("b");
    tier.set("prod", "c", "C", AT_1);
    expect(tier.environment("prod").peek("b")).toBeUndefined();
    expect(tier.environment("prod").peek("a")?.value).toBe("A2");
  });

  test("evicts as many entries as the bytes need, and counts the rest", ({ expect }) => {
    const { tier } = aMemoryTier<number>({ maxBytes: 100, sizeOf: (_key, value) => value ?? 1 });
    tier.set("prod", "a", 40, AT_1);
    tier.set("prod", "b", 40, AT_1);
    tier.set("prod", "c", 90, AT_1);
    expect(tier.stats()).toMatchObject({ size: 1, bytes: 90, evictions: 2 });
    tier.invalidate("prod", "c");
    expect(tier.stats()).toMatchObject({ size: 0, bytes: 0 });
  });

  test("does not empty itself for an entry that cannot fit", ({ expect }) => {
    const { tier } = aMemoryTier<number>({ maxBytes: 100, sizeOf: (_key, value) => value ?? 1 });
    tier.set("prod", "small", 10, AT_1);
    tier.set("prod", "huge", 101, AT_1);
    expect(tier.get("prod", "small")).toBeDefined();
    expect(tier.get("prod", "huge")).toBeUndefined();
  });

  test("always holds the entry that was set last", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEntries: 1 });
    for (const key of ["a", "b", "c"]) {
      tier.set("prod", key, null, AT_1);
      expect(tier.get("prod", key)?.value).toBeNull();
    }
  });

  test("evicts no flag for names that are absent, of which it keeps a thousand", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEntries: 2000, maxBytes: 100_000 });
    for (const key of ["a", "b"]) tier.set("prod", key, key, AT_1);
    for (let i = 0; i < 3000; i++) tier.set("prod", `nope-${i}`, null, AT_1);
    expect(["a", "b"].map((key) => tier.get("prod", key)?.value)).toEqual(["a", "b"]);
    expect(tier.get("prod", "nope-2999")?.value).toBeNull();
    expect(tier.stats()).toMatchObject({ size: 1002, evictions: 2000 });
  });

  test("never evicts an absent name for a flag, and moves a name whose flag appears or goes", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEntries: 2 });
    tier.set("prod", "x", null, AT_1);
    for (const key of ["a", "b", "c"]) tier.set("prod", key, key, AT_1);
    expect(tier.get("prod", "x")?.value).toBeNull();
    tier.set("prod", "x", "X", AT_1);
    tier.set("prod", "c", null, AT_1);
    expect(tier.stats().size).toBe(2);
    expect(["x", "c"].map((key) => tier.get("prod", key)?.value)).toEqual(["X", null]);
    tier.clear();
    expect(tier.stats()).toMatchObject({ size: 0, bytes: 0 });
  });

  test("bounds the environments by their last use, and forgets all of the evicted one", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ maxEnvironments: 2 });
    tier.set("first", "a", "A", { asOf: 9 });
    tier.set("second", "b", "B", { asOf: 9 });
    tier.get("first", "a");
    tier.set("third", "c", "C", { asOf: 9 });
    expect(tier.stats().size).toBe(2);
    expect(tier.environment("first").version).toBe(9);
    expect(tier.environment("second").version).toBe(0);
  });
});

describe("MemoryTier's times", () => {
  test("spreads the lifetimes of absent and short-lived flags by ten percent to either side", ({ expect }) => {
    const lifetimes = [0, 0.5, 0.999_999].map((drawn) => {
      const { tier, clock } = aMemoryTier<string>({ random: () => drawn });
      tier.set("prod", "ghost", null, AT_1);
      tier.set("prod", "a", "A", { asOf: 1, ttlMs: 60_000 });
      return ["ghost", "a"].map((key) =>
        Math.round((tier.environment("prod").peek(key)?.expiresAt ?? 0) - clock.now()),
      );
    });
    expect(lifetimes).toEqual([
      [2700, 54_000],
      [3000, 60_000],
      [3300, 66_000],
    ]);
  });

  test("keeps a known-absent flag for a shorter time, unless a TTL is given", async ({ expect }) => {
    const { tier, clock } = aMemoryTier<string>();
    tier.set("prod", "ghost", null, AT_1);
    tier.set("prod", "brief", "B", { asOf: 1, ttlMs: 1000 });
    tier.set("prod", "a", "A", AT_1);
    await clock.advance(1000);
    expect(["ghost", "brief", "a"].map((key) => tier.get("prod", key) !== undefined)).toEqual([true, false, true]);
    await clock.advance(2000);
    expect(["ghost", "brief", "a"].map((key) => tier.get("prod", key) !== undefined)).toEqual([false, false, true]);
  });

  test("peek still sees an expired entry, and counts nothing", async ({ expect }) => {
    const { tier, clock } = aMemoryTier<string>();
    tier.set("prod", "a", "A", AT_1);
    await clock.advance(60_001);
    const environment = tier.environment("prod");
    expect(environment.lookup("a")).toBeUndefined();
    expect(environment.peek("a")?.value).toBe("A");
    expect(tier.stats()).toMatchObject({ hits: 0, misses: 1, size: 1 });
  });

  test("with a TTL of zero it returns nothing, but the last known good is still there", ({ expect }) => {
    const { tier } = aMemoryTier<string>({ ttlMs: 0, absentTtlMs: 0 });
    tier.set("prod", "a", "A", AT_1);
    expect(tier.get("prod", "a")).toBeUndefined();
    expect(tier.environment("prod").peek("a")?.value).toBe("A");
  });

  test("looks up many keys at one given time", ({ expect }) => {
    const { tier, clock } = aMemoryTier<string>();
    tier.set("prod", "a", "A", AT_1);
    expect(tier.environment("prod").lookup("a", clock.now() + 60_000)?.value).toBe("A");
    expect(tier.environment("prod").lookup("a", clock.now() + 60_001)).toBeUndefined();
  });

  test("counts the hits of an entry", ({ expect }) => {
    const { tier } = aMemoryTier<string>();
    tier.set("prod", "a", "A", AT_1);
    tier.get("prod", "a");
    tier.getMany("prod", ["a"]);
    expect(tier.environment("prod").lookup("a")?.hitCount).toBe(3);
  });
});
