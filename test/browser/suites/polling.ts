import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BULK, type Visit, type World } from "../support/world.ts";

const POLL_MS = 30_000;

export function describePolling(theWorld: () => World): void {
  describe("a page that polls", () => {
    let world: World;
    let visit: Visit;

    beforeAll(() => {
      world = theWorld();
    });
    beforeEach(async () => {
      visit = await world.open();
      world.edge.seen.length = 0;
    });
    afterEach(async () => {
      world.edge.setDown(false);
      await visit?.close();
    });

    const poll = () => visit.page.clock.fastForward(POLL_MS);
    const responses = (status: number) => world.edge.count({ method: "POST", path: BULK, status });
    const start = () => visit.start({ changeDetection: "polling", pollInterval: POLL_MS, clock: true });

    it("gets a 304 for each poll without a change, after a preflight", async () => {
      await start();
      for (let polls = 1; polls <= 5; polls++) {
        await poll();
        await expect.poll(() => responses(304)).toBe(polls);
      }
      expect(responses(200)).toBe(1);
      // Every request with If-None-Match has a preflight, because fetch treats it as one that bypasses all caches.
      expect(world.edge.count({ method: "OPTIONS" })).toBe(6);
      expect(world.edge.count({ method: "GET" })).toBe(0);
    });

    it("shows a change after the next poll, and reports the changed flags", async () => {
      await start();
      await world.update("headline", { default: { variant: "off" } });
      expect(await visit.value("headline", "none")).toBe("Fresh bread");
      await poll();
      await expect.poll(() => visit.value("headline", "none")).toBe("Bread");
      expect(await visit.events()).toContainEqual({
        type: "PROVIDER_CONFIGURATION_CHANGED",
        flagsChanged: ["headline"],
      });
    });

    it("uses the code default when the flag is disabled", async () => {
      await start();
      expect(await visit.value("page-size", 1)).toBe(24);
      await world.update("page-size", { enabled: false, offVariant: null });
      await poll();
      await expect.poll(() => visit.value("page-size", 1)).toBe(1);
    });

    it("keeps its values offline, and shows changes once it is online again", async () => {
      await start();
      await visit.context.setOffline(true);
      await world.update("tax-rate", { default: { variant: "off" } });
      await poll();
      await expect.poll(() => visit.call("status")).toBe("STALE");
      expect(await visit.value("tax-rate", 0)).toBe(7.5);
      await visit.context.setOffline(false);
      await poll();
      await expect.poll(() => visit.value("tax-rate", 0)).toBe(10);
    });

    it("opens with cached values while the edge is unreachable, and follows changes later", async () => {
      await start();
      await visit.reload();
      world.edge.setDown(true);
      expect(await start()).toBe("READY");
      await expect.poll(() => visit.call("status")).toBe("STALE");
      expect(await visit.call("evaluate", "headline", "none")).toMatchObject({
        value: "Fresh bread",
        reason: "CACHED",
      });
      world.edge.setDown(false);
      await world.update("headline", { default: { variant: "off" } });
      await poll();
      await expect.poll(() => visit.value("headline", "none")).toBe("Bread");
    });

    it("uses the code default if it never reached the edge", async () => {
      world.edge.setDown(true);
      expect(await start()).toBe("ERROR");
      expect(await visit.value("headline", "mine")).toBe("mine");
    });

    it("sends nothing for as long as Retry-After says", async () => {
      await visit.start({ changeDetection: "polling", pollInterval: 1000, clock: true });
      await visit.call("useKey", "bgc_production_mistyped");
      await expect
        .poll(async () => {
          await visit.page.clock.fastForward(1000);
          return responses(429);
        })
        .toBe(1);
      const before = world.edge.seen.length;
      await visit.call("useKey", world.project.clientKey);
      // The rate limit responds with a Retry-After of ten seconds.
      await visit.page.clock.runFor(8000);
      await visit.reachEdge();
      expect(world.edge.seen.slice(before).map(({ path }) => path)).toEqual(["/healthz"]);
      await visit.page.clock.runFor(3000);
      await expect.poll(() => responses(200) + responses(304)).toBeGreaterThan(1);
      expect(responses(429)).toBe(1);
      expect(await visit.value("headline", "none")).toBe("Fresh bread");
    });
  });
}
