import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Visit, World } from "../support/world.ts";

export function describeReact(theWorld: () => World): void {
  describe("the React SDK on a page of another origin", () => {
    let world: World;
    let visit: Visit;

    beforeAll(() => {
      world = theWorld();
    });
    beforeEach(async () => {
      visit = await world.open("react");
      world.edge.seen.length = 0;
    });
    afterEach(async () => {
      await visit?.close();
      await expect.poll(() => world.edge.openStreams()).toBe(0);
    });

    const shows = async (flag: string): Promise<unknown> =>
      JSON.parse((await visit.page.textContent(`#${flag}`, { timeout: 5000 })) ?? "null");

    it("suspends until it is ready, then shows every type and a disabled flag's default", async () => {
      await visit.start();
      await visit.page.waitForSelector("#headline");
      expect(await visit.page.$("#waiting")).toBeNull();
      expect(await visit.page.evaluate(() => globalThis.renders["waiting"])).toBeGreaterThan(0);
      expect(await shows("new-header")).toBe(true);
      expect(await shows("headline")).toBe("Fresh bread");
      expect(await shows("page-size")).toBe(24);
      expect(await shows("tax-rate")).toBe(7.5);
      expect(await shows("limits")).toEqual({ items: 50, tags: ["a", "b"] });
      expect(await shows("withdrawn")).toBe("mine");
    });

    it("shows new values after a context change with the same or another targeting key", async () => {
      await visit.start({ context: { targetingKey: "user-1", plan: "free" } });
      await expect.poll(() => shows("plan-page")).toBe("free page");
      await visit.call("setContext", { targetingKey: "user-1", plan: "pro" });
      await expect.poll(() => shows("plan-page")).toBe("pro page");
      await visit.call("setContext", { targetingKey: "user-2", plan: "free" });
      await expect.poll(() => shows("plan-page")).toBe("free page");
    });

    it("renders only the flags that changed on the server", async () => {
      await visit.start();
      await visit.page.waitForSelector("#headline");
      await expect.poll(() => world.edge.openStreams()).toBe(1);
      // React renders each component once more after its first effects, so make a first change that does not count.
      await world.update("headline", { default: { variant: "off" } });
      await expect.poll(() => shows("headline")).toBe("Bread");
      const before = await visit.page.evaluate(() => ({ ...globalThis.renders }));
      await world.update("headline", { default: { variant: "on" } });
      await expect.poll(() => shows("headline")).toBe("Fresh bread");
      const after = await visit.page.evaluate(() => ({ ...globalThis.renders }));
      expect(Object.keys(after).filter((flag) => after[flag] !== before[flag])).toEqual(["headline"]);
    });

    it("uses the code default when the flag is disabled", async () => {
      await visit.start();
      await expect.poll(() => shows("page-size")).toBe(24);
      await world.update("page-size", { enabled: false, offVariant: null });
      await expect.poll(() => shows("page-size")).toBe(1);
    });

    it("keeps its values offline, and shows changes once it is online again", async () => {
      await visit.start();
      await visit.page.waitForSelector("#tax-rate");
      await expect.poll(() => world.edge.openStreams()).toBe(1);
      await visit.context.setOffline(true);
      world.edge.dropStreams();
      await world.update("tax-rate", { default: { variant: "off" } });
      await expect.poll(() => visit.call("status")).toBe("STALE");
      expect(await shows("tax-rate")).toBe(7.5);
      await visit.context.setOffline(false);
      await expect.poll(() => shows("tax-rate")).toBe(10);
    });

    it("uses the code defaults if its key is rejected", async () => {
      expect(await visit.start({ key: "bgc_production_mistyped" })).toBe("FATAL");
      await expect.poll(() => shows("headline")).toBe("none");
    });
  });
}
