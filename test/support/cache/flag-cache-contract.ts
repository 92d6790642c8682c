import { afterEach, beforeEach, describe, test } from "vitest";
import type { Awaitable, FlagCache } from "../../../src/cache/flag-cache.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import type { Change } from "../../../src/flags/changes.ts";
import { aFlagDocument } from "../flag-documents.ts";

/** A tier on its own backend, and the other things that the contract needs. */
export interface FlagCacheUnderTest {
  cache: FlagCache<FlagDocument>;
  /** Moves the tier's clock. Absent if the test cannot move it. */
  elapse?: (ms: number) => Awaitable<void>;
  /** Tells the tier of committed changes. */
  publish: (environment: string, changes: Change[]) => Awaitable<unknown>;
  /** The lifetime of an entry (ms), including jitter. */
  ttlMs: number;
  /** Whether the tier can report that a flag is known to be absent. */
  keepsAbsent: boolean;
  close?: () => Awaitable<void>;
}

/** The contract suite that every tier must pass. */
export function describeFlagCache(name: string, make: () => Awaitable<FlagCacheUnderTest>): void {
  describe(`${name} as a flag cache`, () => {
    let under: FlagCacheUnderTest;
    let cache: FlagCache<FlagDocument>;

    beforeEach(async () => {
      under = await make();
      cache = under.cache;
    });
    afterEach(() => under.close?.());

    test("returns nothing for a flag that was never set", async ({ expect }) => {
      expect(await cache.get("prod", "checkout")).toBeUndefined();
      expect(await cache.getMany("prod", ["a", "b"])).toEqual(new Map());
      expect(await cache.getMany("prod", [])).toEqual(new Map());
    });

    test("returns a flag that was set, with its version and its times", async ({ expect }) => {
      const document = aFlagDocument("checkout", 3, { metadata: { owner: "größe 用户 🦄", quote: '"\\\n' } });
      expect(await cache.set("prod", "checkout", document, { asOf: 7 })).toBe(true);
      const entry = await cache.get("prod", "checkout");
      expect(entry?.value).toEqual(document);
      expect(entry?.asOf).toBe(7);
      expect(entry?.hitCount).toBeGreaterThan(0);
      expect(entry?.expiresAt).toBeGreaterThan(entry?.cachedAt ?? Infinity);
    });

    test("returns the flags that it holds", async ({ expect }) => {
      const values = new Map(["a", "b", "c"].map((key) => [key, aFlagDocument(key)]));
      await cache.setMany("prod", values, { asOf: 1 });
      const entries = await cache.getMany("prod", ["c", "nope", "a"]);
      expect([...entries.keys()].toSorted()).toEqual(["a", "c"]);
      expect(entries.get("a")?.value).toEqual(aFlagDocument("a"));
    });

    test("holds a thousand flags", async ({ expect }) => {
      const keys = Array.from({ length: 1000 }, (_, i) => `flag-${i}`);
      await cache.setMany("prod", new Map(keys.map((key) => [key, aFlagDocument(key)])), { asOf: 1 });
      expect((await cache.getMany("prod", keys)).size).toBe(1000);
    });

    test("replaces a value", async ({ expect }) => {
      await cache.set("prod", "checkout", aFlagDocument("checkout", 1), { asOf: 2 });
      await cache.set("prod", "checkout", aFlagDocument("checkout", 2), { asOf: 2 });
      expect((await cache.get("prod", "checkout"))?.value?.version).toBe(2);
    });

    test("accepts keys that mean something to JavaScript", async ({ expect }) => {
      const keys = ["__proto__", "constructor", "toString", "0"];
      await cache.setMany("prod", new Map(keys.map((key) => [key, aFlagDocument(key)])), { asOf: 1 });
      expect([...(await cache.getMany("prod", keys)).keys()].toSorted()).toEqual(keys.toSorted());
      expect(await cache.get("prod", "valueOf")).toBeUndefined();
    });

    test("keeps environments apart", async ({ expect }) => {
      await cache.set("prod", "checkout", aFlagDocument("checkout", 1), { asOf: 1 });
      await cache.set("staging", "checkout", aFlagDocument("checkout", 2), { asOf: 2 });
      await cache.invalidate("staging", "checkout");
      expect((await cache.get("prod", "checkout"))?.value?.version).toBe(1);
      expect(await cache.get("staging", "checkout")).toBeUndefined();
    });

    test("distinguishes a known-absent flag from an unknown one, if it keeps it", async ({ expect }) => {
      expect(await cache.set("prod", "ghost", null, { asOf: 1 })).toBe(true);
      const entry = await cache.get("prod", "ghost");
      expect(entry?.value).toBe(under.keepsAbsent ? null : undefined);
    });

    test("invalidates one, several, and none", async ({ expect }) => {
      const keys = ["a", "b", "c", "d"];
      await cache.setMany("prod", new Map(keys.map((key) => [key, aFlagDocument(key)])), { asOf: 1 });
      await cache.invalidate("prod", "a");
      await cache.invalidateMany("prod", ["b", "c", "never-set"]);
      await cache.invalidateMany("prod", []);
      expect([...(await cache.getMany("prod", keys)).keys()]).toEqual(["d"]);
      expect(await cache.set("prod", "a", aFlagDocument("a"), { asOf: 1 })).toBe(true);
      expect(await cache.get("prod", "a")).toBeDefined();
    });

    test("clears one environment", async ({ expect }) => {
      for (const environment of ["prod", "staging"]) {
        await cache.set(environment, "checkout", aFlagDocument("checkout"), { asOf: 1 });
      }
      await cache.clear("prod");
      expect(await cache.get("prod", "checkout")).toBeUndefined();
      expect(await cache.get("staging", "checkout")).toBeDefined();
    });

    test("clears everything", async ({ expect }) => {
      for (const environment of ["prod", "staging"]) {
        await cache.set(environment, "checkout", aFlagDocument("checkout"), { asOf: 1 });
      }
      await cache.clear();
      expect(await cache.get("prod", "checkout")).toBeUndefined();
      expect(await cache.get("staging", "checkout")).toBeUndefined();
    });

    test("drops exactly the flags that a change names", async ({ expect }) => {
      await cache.setMany("prod", new Map(["a", "b"].map((key) => [key, aFlagDocument(key)])), { asOf: 4 });
      await under.publish("prod", [[5, ["a"]]]);
      expect([...(await cache.getMany("prod", ["a", "b"])).keys()]).toEqual(["b"]);
    });

    test("drops everything if a change names everything", async ({ expect }) => {
      await cache.setMany("prod", new Map(["a", "b"].map((key) => [key, aFlagDocument(key)])), { asOf: 4 });
      await under.publish("prod", [[5, "*"]]);
      expect(await cache.getMany("prod", ["a", "b"])).toEqual(new Map());
    });

    test("drops everything if the changes in between are not known", async ({ expect }) => {
      await cache.setMany("prod", new Map(["a", "b"].map((key) => [key, aFlagDocument(key)])), { asOf: 4 });
      await under.publish("prod", [[6, ["a"]]]);
      expect(await cache.getMany("prod", ["a", "b"])).toEqual(new Map());
    });

    test("refuses a value read before the change that names it", async ({ expect }) => {
      await cache.set("prod", "checkout", aFlagDocument("checkout", 4), { asOf: 4 });
      await under.publish("prod", [[5, ["checkout"]]]);
      expect(await cache.set("prod", "checkout", aFlagDocument("checkout", 4), { asOf: 4 })).toBe(false);
      expect(await cache.get("prod", "checkout")).toBeUndefined();
      expect(await cache.set("prod", "checkout", aFlagDocument("checkout", 5), { asOf: 5 })).toBe(true);
      expect((await cache.get("prod", "checkout"))?.value?.version).toBe(5);
    });

    test("does not go back if an older change is published late or again", async ({ expect }) => {
      await under.publish("prod", [
        [5, ["checkout"]],
        [6, ["checkout"]],
      ]);
      await cache.set("prod", "checkout", aFlagDocument("checkout", 6), { asOf: 6 });
      await under.publish("prod", [[5, ["checkout"]]]);
      await under.publish("prod", [[6, ["checkout"]]]);
      expect((await cache.get("prod", "checkout"))?.value?.version).toBe(6);
      expect(await cache.set("prod", "checkout", aFlagDocument("checkout", 5), { asOf: 5 })).toBe(false);
    });

    test("refuses old values after it was cleared, too", async ({ expect }) => {
      await under.publish("prod", [[5, ["checkout"]]]);
      await cache.clear("prod");
      await cache.clear();
      expect(await cache.set("prod", "checkout", aFlagDocument("checkout", 4), { asOf: 4 })).toBe(false);
      expect(await cache.get("prod", "checkout")).toBeUndefined();
    });

    test("refuses a value without a version", async ({ expect }) => {
      expect(await cache.set("prod", "checkout", aFlagDocument("checkout"), { asOf: 0 })).toBe(false);
      expect(await cache.get("prod", "checkout")).toBeUndefined();
    });

    test("returns nothing once an entry has expired", async ({ expect, skip }) => {
      if (!under.elapse) skip("time of this backend cannot be moved");
      await cache.set("prod", "checkout", aFlagDocument("checkout"), { asOf: 1 });
      await under.elapse?.(under.ttlMs - 1);
      expect(await cache.get("prod", "checkout")).toBeDefined();
      await under.elapse?.(under.ttlMs + 1);
      expect(await cache.get("prod", "checkout")).toBeUndefined();
    });

    test("does not keep an entry without a lifetime", async ({ expect }) => {
      await cache.set("prod", "checkout", aFlagDocument("checkout"), { asOf: 1, ttlMs: 0 });
      expect(await cache.get("prod", "checkout")).toBeUndefined();
    });

    test("counts hits and misses", async ({ expect }) => {
      expect((await cache.stats()).hitRate).toBe(0);
      await cache.set("prod", "test", aFlagDocument("test"), { asOf: 1 });
      await cache.get("prod", "test");
      await cache.get("prod", "test");
      await cache.get("prod", "nonexistent");
      const stats = await cache.stats();
      expect(stats).toMatchObject({ hits: 2, misses: 1, size: 1, evictions: 0, errors: 0 });
      expect(stats.hitRate).toBeCloseTo(2 / 3);
      expect(stats.bytes).toBeGreaterThan(0);
    });
  });
}
