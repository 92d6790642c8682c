import { describe, test } from "vitest";
import { mintKey } from "../../../../src/ops/token.ts";
import { revokeKey } from "../../../../src/store/writes/keys.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { EVERY_MS, useDataCentre } from "./data-centre-world.ts";

describe("the last known good of a data centre", () => {
  const world = useDataCentre();

  describe("in an isolate that holds some flags", () => {
    test("serves only the missing flags, and never takes a version back", async ({ expect }) => {
      const old = await world.leaveEntries();
      const isolate = world.start();
      const version = await world.publish(isolate, { key: "banner", enabled: false });
      expect(await world.ask(isolate)).toMatchObject({ value: false, version });
      world.breakDown();
      await world.clock.advance(EVERY_MS * 10);
      const held = await world.ask(isolate);
      expect(held).toMatchObject({ value: false, version });
      expect(held.cacheStatus).toMatch(/^Burgee-L1; hit; ttl=-\d+; detail=stale$/);
      expect(await world.ask(isolate, "/other-1")).toMatchObject({ status: 200, version: old });
      expect(await world.ask(isolate, "")).toMatchObject({ value: true, version: old });
      expect(isolate.services.tiers.l1.environment("production").version).toBe(version);
      expect(await world.ask(isolate)).toMatchObject({ value: false, version });
    });

    test("is replaced by the first response of a backend", async ({ expect }) => {
      await world.leaveEntries();
      world.breakDown();
      await world.clock.advance(1001);
      const isolate = world.start();
      for (let i = 0; i < 6; i++) expect((await world.ask(isolate)).cacheStatus).toContain("Burgee-Snapshot");
      world.heal();
      const version = await world.publish(world.start(), { key: "banner", enabled: false });
      await world.clock.advance(5001);
      await world.ask(isolate);
      await world.clock.advance(1);
      const response = await world.ask(isolate);
      expect(response).toMatchObject({ value: false, version });
      expect(response.cacheStatus).not.toContain("stale");
      await world.clock.advance(EVERY_MS);
      await world.leaveEntries();
      world.breakDown();
      // In the next outage the isolate reads the snapshot that is current then.
      expect(await world.ask(isolate, "/other-1")).toMatchObject({ status: 200, version });
    });

    test("is not used while one backend responds", async ({ expect }) => {
      await world.leaveEntries();
      world.project.backends.upstash.setFaults({ down: true });
      expect((await world.ask(world.start())).cacheStatus).not.toContain("stale");
      world.heal();
      await world.ask(world.start(), "");
      await world.clock.advance(1001);
      world.project.backends.neon.setFaults({ down: true });
      expect((await world.ask(world.start())).cacheStatus).toBe("Burgee-L1; fwd=miss, Burgee-L2; hit");
    });

    test("serves if Redis has lost the environment and Postgres is down", async ({ expect }) => {
      const version = await world.leaveEntries();
      await world.project.backends.upstash.command("FLUSHALL");
      world.project.backends.neon.setFaults({ down: true });
      expect(await world.ask(world.start())).toMatchObject({ status: 200, version });
    });

    test("keeps the promise of X-Flags-Min-Version", async ({ expect }) => {
      const version = await world.leaveEntries();
      world.breakDown();
      const isolate = world.start();
      const atLeast = (asked: number) => world.ask(isolate, "/banner", { "x-flags-min-version": String(asked) });
      expect(await atLeast(version)).toMatchObject({ status: 200, version });
      expect((await atLeast(version + 1)).status).toBe(503);
    });

    test("is preferred to a superseded flag that is too old for X-Flags-Min-Version", async ({ expect }) => {
      const isolate = world.start();
      await world.ask(isolate);
      const version = await world.project.save({ key: "banner", enabled: false });
      // The purge does not carry the document, and then both backends fail.
      await isolate.services.tiers.publish("production", [[version, ["banner"]]]);
      world.breakDown();
      const atLeast = () => world.ask(isolate, "/banner", { "x-flags-min-version": String(version) });
      expect((await atLeast()).status).toBe(503);
      expect(await world.ask(isolate)).toMatchObject({ status: 200, value: true });
      world.heal();
      await world.clock.advance(EVERY_MS);
      await world.project.backends.upstash.command("FLUSHALL");
      await world.leaveEntries();
      world.breakDown();
      await world.clock.advance(10_001);
      expect(await atLeast()).toMatchObject({ status: 200, value: false, version });
    });

    test("is not used for Cache-Control: no-cache", async ({ expect }) => {
      await world.leaveEntries();
      world.breakDown();
      expect((await world.ask(world.start(), "/banner", { "cache-control": "no-cache" })).status).toBe(503);
    });
  });

  describe("the snapshot's SDK keys", () => {
    test("authenticate callers, except with SDK keys that this isolate knows to be revoked", async ({ expect }) => {
      const { token, id, secretHash } = await mintKey(KEY_SECRET, "server", "production");
      await world.project.backends.neon.query(
        "insert into sdk_keys (id, environment, kind, name, secret_hash) values ($1, 'production', 'server', 'leaves', $2)",
        [id, secretHash],
      );
      const withIt = { authorization: `Bearer ${token}` };
      await world.leaveEntries();
      await revokeKey(world.project.db, "production", id, { actor: "test" });
      await world.project.backends.upstash.command("FLUSHALL");
      await world.clock.advance(1001);
      const knows = world.start();
      expect((await world.ask(knows)).status).toBe(200);
      world.breakDown();
      await world.clock.advance(1001);
      expect((await world.ask(world.start(), "/other-1", withIt)).status).toBe(200);
      expect((await world.ask(knows, "/other-1")).cacheStatus).toContain("Burgee-Snapshot");
      expect((await world.ask(knows, "/other-1", withIt)).status).toBe(401);
      world.heal();
      await world.clock.advance(EVERY_MS);
      await world.leaveEntries();
      world.breakDown();
      expect((await world.ask(world.start(), "/other-1", withIt)).status).toBe(401);
    });
  });
});
