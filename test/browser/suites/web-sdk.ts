import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StartOptions } from "../pages/web-sdk.ts";
import { BULK, type Visit, type World } from "../support/world.ts";

export function describeWebSdk(theWorld: () => World): void {
  describe("the web SDK", () => {
    let world: World;
    let visit: Visit;

    beforeAll(() => {
      world = theWorld();
    });
    beforeEach(async () => {
      visit = await world.open();
      world.edge.seen.length = 0;
    });
    afterEach(() => visit?.close());

    /** Starts without a stream, because these tests count requests. */
    const start = (options: Partial<StartOptions> & { clock?: boolean } = {}) =>
      visit.start({ changeDetection: "none", ...options });
    const posts = () => world.edge.seen.filter(({ method }) => method === "POST");

    describe("the web SDK on a page of another origin", () => {
      it("is ready after one preflight and one request, and evaluates every type", async () => {
        expect(await start()).toBe("READY");
        expect(await visit.call("evaluate", "new-header", false)).toMatchObject({
          value: true,
          variant: "on",
          reason: "STATIC",
          flagMetadata: {},
        });
        expect(await visit.value("headline", "none")).toBe("Fresh bread");
        expect(await visit.value("page-size", 0)).toBe(24);
        expect(await visit.value("tax-rate", 0)).toBe(7.5);
        expect(await visit.value("limits", {})).toEqual({ items: 50, tags: ["a", "b"] });
        expect(world.edge.count({ method: "OPTIONS", path: BULK, status: 204 })).toBe(1);
        expect(world.edge.count({ method: "POST", path: BULK, status: 200 })).toBe(1);
      });

      it("uses the code default if a flag is disabled, unknown, hidden or of another type", async () => {
        await start();
        expect(await visit.call("evaluate", "withdrawn", true)).toMatchObject({ value: true, reason: "DISABLED" });
        expect(await visit.call("evaluate", "no-such-flag", "mine")).toMatchObject({
          value: "mine",
          errorCode: "FLAG_NOT_FOUND",
        });
        expect(await visit.call("evaluate", "internal", false)).toMatchObject({
          value: false,
          errorCode: "FLAG_NOT_FOUND",
        });
        expect(await visit.call("evaluate", "headline", 3)).toMatchObject({ value: 3, errorCode: "TYPE_MISMATCH" });
      });

      it("shows another plan's values after a context change with the same targeting key", async () => {
        await start({ context: { targetingKey: "user-1", plan: "free" } });
        expect(await visit.value("plan-page", "")).toBe("free page");
        await visit.call("setContext", { targetingKey: "user-1", plan: "pro" });
        await expect.poll(() => visit.value("plan-page", "")).toBe("pro page");
        expect(posts().at(-1)?.headers["if-none-match"]).toBeDefined();
        expect(posts().at(-1)?.status).toBe(200);
        expect(await visit.call("status")).toBe("READY");
      });

      it("shows another person's values as soon as the context change resolves", async () => {
        await start({ context: { targetingKey: "user-1", plan: "free" } });
        await visit.call("setContext", { targetingKey: "user-2", plan: "pro" });
        expect(await visit.value("plan-page", "")).toBe("pro page");
        expect(posts().at(-1)?.headers["if-none-match"]).toBeUndefined();
        // Chromium caches the preflight…
        expect(world.edge.count({ method: "OPTIONS", path: BULK })).toBe(1);
      });

      it("gets a 304 for a context change that changes no value", async () => {
        await start({ context: { targetingKey: "user-1", theme: "light" }, cacheMode: "disabled" });
        await visit.call("setContext", { targetingKey: "user-1", theme: "dark" });
        expect(posts().map(({ status }) => status)).toEqual([200, 304]);
        // …but not for a request with If-None-Match, because fetch treats it as one that bypasses all caches.
        expect(world.edge.count({ method: "OPTIONS", path: BULK })).toBe(2);
        expect(await visit.value("headline", "none")).toBe("Fresh bread");
      });

      it("shows a returning visitor cached values at once, and confirms them with a 304", async () => {
        await start();
        await visit.reload();
        expect(await start()).toBe("READY");
        expect(await visit.call("evaluate", "headline", "none")).toMatchObject({
          value: "Fresh bread",
          reason: "CACHED",
        });
        await expect.poll(() => world.edge.count({ method: "POST", path: BULK, status: 304 })).toBe(1);
      });

      it("keeps the variant at sign-in while anonymousId is still sent", async () => {
        const anonymous = { targetingKey: "visitor-1", anonymousId: "visitor-1" };
        await start({ context: anonymous });
        const before = await visit.value("experiment", "none");
        await visit.call("setContext", { ...anonymous, targetingKey: "customer-1" });
        expect(await visit.value("experiment", "none")).toBe(before);
        await visit.call("setContext", { targetingKey: "customer-1" });
        await expect.poll(() => visit.value("experiment", "none")).not.toBe(before);
      });
    });

    describe("a page whose key is rejected", () => {
      it("uses the code default for a mistyped key", async () => {
        expect(await start({ key: "bgc_production_mistyped" })).toBe("FATAL");
        expect(await visit.call("evaluate", "headline", "mine")).toMatchObject({
          value: "mine",
          errorCode: "PROVIDER_FATAL",
        });
      });

      it("accepts a key for its own origin, and not one for another origin", async () => {
        const own = await world.createKey([new URL(world.site.url("web-sdk")).origin]);
        const other = await world.createKey(["https://shop.example.com"]);
        expect(await start({ key: own.token })).toBe("READY");
        await visit.reload();
        expect(await start({ key: other.token })).toBe("FATAL");
        expect(world.edge.count({ method: "POST", status: 403 })).toBe(1);
      });

      it("keeps its values when the key is revoked; a new page uses the code default", async () => {
        const key = await world.createKey([]);
        await start({ key: key.token, changeDetection: "polling", pollInterval: 30_000, clock: true });
        await key.revoke();
        await visit.page.clock.fastForward(30_000);
        await expect.poll(() => visit.call("status")).toBe("STALE");
        expect(world.edge.count({ method: "POST", status: 401 })).toBe(1);
        expect(await visit.value("headline", "none")).toBe("Fresh bread");
        const later = await world.open();
        expect(await later.start({ key: key.token })).toBe("FATAL");
        expect(await later.value("headline", "mine")).toBe("mine");
        await later.close();
      });
    });
  });
}
