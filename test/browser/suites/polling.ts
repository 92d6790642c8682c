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
    const answered = (status: number) => world.edge.count({ method: "POST", path: BULK, status });
    const start = () => visit.start({ changeDetection: "polling", pollInterval: POLL_MS, clock: true });

    it("gets 304 while nothing changes, each after a preflight", async () => {
      await start();
      for (let polls = 1; polls <= 5; polls++) {
        await poll();
        await expect.poll(() => answered(304)).toBe(polls);
      }
      expect(answered(200)).toBe(1);
      // A request with If-None-Match is preflighted every time: fetch takes it for one that goes past every cache.
      expect(world.edge.count({ method: "OPTIONS" })).toBe(6);
      expect(world.edge.count({ method: "GET" })).toBe(0);
    });

    it("shows a change with the next poll, and tells which flags changed", async () => {
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

    it("falls back to the code's default when the flag is disabled", async () => {
      await start();
      expect(await visit.value("page-size", 1)).toBe(24);
      await world.update("page-size", { enabled: false, offVariant: null });
      await poll();
      await expect.poll(() => visit.value("page-size", 1)).toBe(1);
    });

    it("keeps its values offline, and shows what changed in between once it is back", async () => {
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

    it("opens with the kept values when the edge cannot be reached, and follows once it can", async () => {
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

    it("has the code's default when the edge was never reached", async () => {
      world.edge.setDown(true);
      expect(await start()).toBe("ERROR");
      expect(await visit.value("headline", "mine")).toBe("mine");
    });

    it("is quiet for as long as Retry-After says", async () => {
      await visit.start({ changeDetection: "polling", pollInterval: 1000, clock: true });
      await visit.call("useKey", "bgc_production_mistyped");
      await expect
        .poll(async () => {
          await visit.page.clock.fastForward(1000);
          return answered(429);
        })
        .toBe(1);
      const before = world.edge.seen.length;
      await visit.call("useKey", world.project.clientKey);
      // Ten seconds are what the limit's answer asks for.
      await visit.page.clock.runFor(8000);
      await visit.reachEdge();
      expect(world.edge.seen.slice(before).map(({ path }) => path)).toEqual(["/healthz"]);
      await visit.page.clock.runFor(3000);
      await expect.poll(() => answered(200) + answered(304)).toBeGreaterThan(1);
      expect(answered(429)).toBe(1);
      expect(await visit.value("headline", "none")).toBe("Fresh bread");
    });
  });
}
