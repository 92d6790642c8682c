import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BULK, type Visit, type World } from "../support/world.ts";

const STREAM = "/ofrep/v1/stream";

export function describeStream(theWorld: () => World): void {
  describe("a page with a stream", () => {
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
      await expect.poll(() => world.edge.openStreams()).toBe(0);
    });

    const posts = () => world.edge.count({ method: "POST", path: BULK });
    const headline = () => visit.value("headline", "none");
    const serve = (flag: string, variant: string) => world.update(flag, { default: { variant } });

    const streams = () => world.edge.count({ method: "GET", path: STREAM, status: 200 });
    /** Returns the statuses of the requests that followed the event of this version and have a response. */
    const refetches = (version: number) =>
      world.edge.seen
        .filter(({ method, query }) => method === "POST" && query.startsWith(`?flagConfigEtag=${version}&`))
        .flatMap(({ status }) => (status === 0 ? [] : [status]));

    /** Starts the provider and its stream, and waits until it has handled the first event. */
    async function startListening(): Promise<void> {
      expect(await visit.start()).toBe("READY");
      await expect.poll(() => world.edge.openStreams()).toBe(1);
      const version = await serve("new-header", "off");
      // The response is a 304 if a request for the previous version has already brought the change.
      await expect.poll(() => refetches(version)).toHaveLength(1);
      await expect.poll(() => visit.value("new-header", true)).toBe(false);
    }

    it("shows a change on the server without a reload and without another stream", async () => {
      await startListening();
      await serve("headline", "off");
      await expect.poll(headline).toBe("Bread");
      expect(await visit.events()).toContainEqual({
        type: "PROVIDER_CONFIGURATION_CHANGED",
        flagsChanged: ["headline"],
      });
      await serve("headline", "on");
      await expect.poll(headline).toBe("Fresh bread");
      expect(streams()).toBe(1);
      // The stream needs no preflight, because its request has no custom header.
      expect(world.edge.count({ method: "OPTIONS", path: STREAM })).toBe(0);
    });

    it("shows a scheduled switch at its instant, although nobody changes anything then", async () => {
      await startListening();
      // Far enough away for a slow machine to see the state before it.
      const from = Date.now() + 8000;
      const night = { id: "night", from: new Date(from).toISOString(), serve: { variant: "off" } };
      const version = await world.update("headline", { rules: [night] });
      try {
        await expect.poll(() => refetches(version)).toHaveLength(1);
        expect(await headline()).toBe("Fresh bread");
        await expect.poll(headline).toBe("Bread");
        expect(Date.now()).toBeGreaterThanOrEqual(from);
        // The page held the ETag of the flags before the switch, and asked because of an event of the same version.
        const asked = world.edge.seen.findLast(({ method, path }) => method === "POST" && path === BULK);
        expect(asked?.query).toMatch(new RegExp(`^\\?flagConfigEtag=${version}\\.\\d+&`));
        expect(asked?.status).toBe(200);
        expect(streams()).toBe(1);
      } finally {
        await world.update("headline", { rules: [] });
      }
    });

    it("fetches after each event, and gets a 304 if the change is not visible to it", async () => {
      await startListening();
      const version = await serve("internal", "off");
      await expect.poll(() => refetches(version)).toEqual([304]);
      expect(world.edge.seen.at(-1)?.query).toMatch(/&flagConfigLastModified=\d+$/);
    });

    it("uses the code default when the flag is disabled", async () => {
      await startListening();
      expect(await visit.value("page-size", 1)).toBe(24);
      await world.update("page-size", { enabled: false, offVariant: null });
      await expect.poll(() => visit.value("page-size", 1)).toBe(1);
      await world.update("page-size", { enabled: true, offVariant: "off" });
      await expect.poll(() => visit.value("page-size", 1)).toBe(24);
    });

    it("shows a change that it missed while its stream was broken", async () => {
      await startListening();
      expect(world.edge.dropStreams()).toBe(1);
      await serve("headline", "off");
      await expect.poll(() => visit.call("status")).toBe("STALE");
      await expect.poll(headline).toBe("Bread");
      expect(streams()).toBe(2);
      expect(world.edge.seen.findLast(({ path }) => path === STREAM)?.headers["last-event-id"]).toMatch(/^\d+\.\d+$/);
    });

    it("fetches nothing after a broken stream if nothing has changed", async () => {
      await startListening();
      const before = posts();
      world.edge.dropStreams();
      await expect.poll(streams).toBe(2);
      // The first events of the new stream arrive before this change.
      await serve("headline", "off");
      await expect.poll(headline).toBe("Bread");
      expect(posts()).toBe(before + 1);
    });

    it("shows a change that it missed while the edge was unreachable", async () => {
      await startListening();
      world.edge.setDown(true);
      await serve("headline", "off");
      await expect.poll(() => visit.call("status")).toBe("STALE");
      expect(await headline()).toBe("Fresh bread");
      world.edge.setDown(false);
      await expect.poll(headline).toBe("Bread");
    });

    it("shows a change that it missed while the browser was offline", async () => {
      await startListening();
      await visit.context.setOffline(true);
      world.edge.dropStreams();
      await serve("headline", "off");
      await expect.poll(() => visit.call("status")).toBe("STALE");
      await visit.context.setOffline(false);
      await expect.poll(headline).toBe("Bread");
    });

    it("keeps its values when its key is revoked, and does not retry all the time", async () => {
      const key = await world.createKey([]);
      expect(await visit.start({ key: key.token })).toBe("READY");
      await expect.poll(() => world.edge.openStreams()).toBe(1);
      await key.revoke();
      await expect.poll(() => world.edge.openStreams()).toBe(0);
      await expect.poll(() => world.edge.count({ path: STREAM, status: 401 })).toBe(1);
      await expect.poll(() => world.edge.count({ method: "POST", path: BULK, status: 401 })).toBeGreaterThanOrEqual(2);
      expect(world.edge.count({ path: STREAM, status: 401 })).toBe(1);
      expect(await headline()).toBe("Fresh bread");
    });
  });
}
