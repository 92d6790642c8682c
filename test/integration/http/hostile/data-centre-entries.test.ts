import { describe, test } from "vitest";
import { entryPath } from "../../../../src/delivery/entries/entry-cache.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { ZONE } from "../../../support/edge/edge-cache.ts";
import { useDataCentre } from "../../delivery/entries/data-centre-world.ts";

/** Other Workers of a zone share its cache, and entries hold rules and hashes of keys. */
describe("a data centre's entries", () => {
  const world = useDataCentre();

  test("have names that say nothing and that nobody can make without KEY_SECRET", async ({ expect }) => {
    const isolate = world.start(ZONE);
    await world.ask(isolate, "");
    const response = await isolate.fetch("/flags/banner", { headers: { "x-api-key": world.project.serverKey } });
    await response.body?.cancel();
    await isolate.settled();
    expect(world.edge.urls()).toHaveLength(5);
    for (const url of world.edge.urls()) expect(url).toMatch(/^https:\/\/edge\.test\/\.burgee\/[0-9a-f]{32}$/);
    const head = `https://edge.test${await entryPath({ prefix: "burgee", secret: KEY_SECRET }, ["head", "production"])}`;
    expect(world.edge.urls()).toContain(head);
    const guess = await entryPath({ prefix: "burgee", secret: "a guess of the same length as it" }, [
      "head",
      "production",
    ]);
    expect(world.edge.urls()).not.toContain(`https://edge.test${guess}`);
  });

  test.for(["GET", "HEAD", "PUT", "POST", "DELETE", "PURGE"])(
    "give a 404 to a %s from outside, whoever asks",
    async (method, { expect }) => {
      const isolate = world.start(ZONE);
      await world.ask(isolate, "");
      const before = world.edge.bodies();
      const { matches } = world.edge;
      for (const url of world.edge.urls()) {
        for (const key of [undefined, world.project.serverKey, world.project.clientKey]) {
          const path = new URL(url).pathname;
          const response = await isolate.fetch(path, {
            method,
            ...(key && { headers: { authorization: `Bearer ${key}` } }),
          });
          expect(response.status).toBe(404);
          expect(await response.text()).not.toContain("banner");
        }
      }
      expect(world.edge.bodies()).toEqual(before);
      expect(world.edge.matches).toBe(matches);
    },
  );

  test("of another secret or prefix are not read", async ({ expect }) => {
    await world.leaveEntries(ZONE);
    for (const bindings of [
      { CACHE_PREFIX: "other" },
      { KEY_SECRET: "x".repeat(40), KEY_SECRET_PREVIOUS: KEY_SECRET },
    ]) {
      const found = await world.ask(world.start({ ...ZONE, ...bindings }));
      expect(found.status).toBe(200);
      expect(found.cacheStatus).not.toContain("Data-Centre");
    }
  });

  test("have the configured host if the worker has several", async ({ expect }) => {
    await world.ask(world.start({ ...ZONE, CACHE_HOST: "flags.example.com" }), "");
    expect(new Set(world.edge.urls().map((url) => new URL(url).host))).toEqual(new Set(["flags.example.com"]));
  });
});
