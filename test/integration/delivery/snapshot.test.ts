import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { bundleWorker } from "../../../dev/bundle.ts";
import { bundleSnapshots } from "../../../dev/snapshot.ts";
import { mintKey } from "../../../src/ops/token.ts";
import type { EdgeCache } from "../../../src/ops/runtime.ts";
import { revokeKey } from "../../../src/store/writes/keys.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, KEY_SECRET, startTestProject, type TestFlag, type TestProject } from "../../support/project.ts";

const EVERY_MS = 60_000;

interface ApiResponse {
  status: number;
  /** The value of the flag "banner". */
  value: unknown;
  version: number;
  cacheStatus: string;
  keys: string[];
}

async function read(response: Response): Promise<ApiResponse> {
  const body = (await response.json()) as { value?: unknown; flags?: { key: string; value: unknown }[] };
  return {
    status: response.status,
    value: body.flags === undefined ? body.value : body.flags.find(({ key }) => key === "banner")?.value,
    version: Number(response.headers.get("x-flags-version")),
    cacheStatus: response.headers.get("cache-status") ?? "",
    keys: body.flags?.map(({ key }) => key) ?? [],
  };
}

describe("the data centre's snapshot", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let edge: MapEdgeCache;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (let i = 0; i < 3; i++) await project.save({ key: `other-${i}`, clientVisible: i > 0 });
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    heal();
    await project.save({ key: "banner", enabled: true });
    await project.backends.upstash.command("FLUSHALL");
    edge = new MapEdgeCache(clock.now);
  });

  const heal = (): void => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
  };
  const breakDown = (): void => {
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
  };
  /** Starts an isolate in this data centre. */
  const start = (bindings: Record<string, string> = {}): Isolate =>
    startIsolate({ ...project.bindings, ...bindings }, clock, { openCache: edge.open });
  const ask = async (
    isolate: Isolate,
    path = "/banner",
    headers: Record<string, string> = {},
  ): Promise<ApiResponse> => {
    const response = await read(
      await isolate.fetch(`/ofrep/v1/evaluate/flags${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${project.serverKey}`, ...headers },
        body: "{}",
      }),
    );
    await isolate.settled();
    return response;
  };
  const serverRequest = (): RequestInit => ({
    method: "POST",
    headers: { authorization: `Bearer ${project.serverKey}` },
    body: "{}",
  });
  /** Makes the data centre store a snapshot. Returns its version. */
  const leaveSnapshot = async (): Promise<number> => (await ask(start(), "")).version;
  /** Saves a flag as the management API does: it commits and then publishes from this isolate. */
  const publish = async (isolate: Isolate, flag: TestFlag): Promise<number> => {
    const written = await saveFlag(project.db, "production", aFlag(flag), { actor: "test" });
    await isolate.services.publisher.publish("production", written, () => undefined);
    return written.version;
  };

  test("serves one flag and all flags to an isolate that starts in an outage", async ({ expect }) => {
    const version = await leaveSnapshot();
    breakDown();
    await clock.advance(90_000);
    const cacheStatus = "Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-90; detail=stale";
    const isolate = start();
    expect(await ask(isolate)).toMatchObject({ status: 200, value: true, version, cacheStatus });
    const keys = ["banner", "other-0", "other-1", "other-2"];
    expect(await ask(isolate, "")).toMatchObject({ status: 200, value: true, version, cacheStatus, keys });
    const asClient = { authorization: `Bearer ${project.clientKey}` };
    expect((await ask(isolate, "", asClient)).keys).toEqual(["banner", "other-1", "other-2"]);
    expect((await ask(isolate, "/other-0", asClient)).status).toBe(404);
    expect(await ask(isolate, "/nope")).toMatchObject({ status: 404, version, cacheStatus });
    expect(isolate.logged).toContain("snapshot_served");
  });

  test("serves an environment that is larger than L1", async ({ expect }) => {
    const version = await leaveSnapshot();
    const isolate = start({ CACHE_L1_MAX_ENTRIES: "3" });
    expect(await ask(isolate, "")).toMatchObject({ status: 200, version });
    expect(isolate.logged).toContain("l1_too_small");
    breakDown();
    await clock.advance(10_000);
    const keys = ["banner", "other-0", "other-1", "other-2"];
    expect(await ask(isolate, "")).toMatchObject({ status: 200, value: true, version, keys });
    expect(isolate.logged).toContain("snapshot_served");
  });

  test("serves GET, and nothing keeps these responses", async ({ expect }) => {
    await leaveSnapshot();
    breakDown();
    const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "token", CF_API_URL: "http://127.0.0.1:9" };
    const isolate = start(zone);
    const response = await isolate.fetch("/flags/banner", {
      headers: { authorization: `Bearer ${project.serverKey}` },
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    await isolate.settled();
    expect(edge.urls().filter((url) => url.includes("flag_endpoint"))).toEqual([]);
  });

  test("is used at any age, and survives the purge of its environment", async ({ expect }) => {
    const version = await leaveSnapshot();
    edge.purge("burgee:env:production");
    breakDown();
    const isolate = start();
    await ask(isolate);
    await clock.advance(365 * 24 * 3_600_000);
    expect(await ask(isolate)).toMatchObject({ status: 200, version });
  });

  test("without it, a cold isolate in an outage gives 503 and looks again after ten seconds", async ({ expect }) => {
    breakDown();
    const isolate = start();
    for (let i = 0; i < 5; i++) expect((await ask(isolate)).status).toBe(503);
    expect((await ask(isolate, "")).status).toBe(503);
    expect(edge.matches).toBe(1);
    await clock.advance(10_001);
    await ask(isolate);
    expect(edge.matches).toBe(2);
  });

  test.for([
    ["cut off", (text: string) => text.slice(0, text.lastIndexOf("\n"))],
    ["of another schema", (text: string) => text.replace('{"schemaVersion":1', '{"schemaVersion":0')],
    ["no snapshot", () => "<html>"],
  ] as const)("is ignored if it is %s", async ([, change], { expect }) => {
    await leaveSnapshot();
    edge.rewrite(change);
    breakDown();
    expect((await ask(start())).status).toBe(503);
  });

  test("a failing cache counts as a missing snapshot, and the tiers still serve", async ({ expect }) => {
    edge.isBroken = true;
    const isolate = start();
    expect((await ask(isolate, "")).status).toBe(200);
    expect(isolate.logged).toContain("snapshot_failed");
    breakDown();
    expect((await ask(start())).status).toBe(503);
  });

  describe("is stored", () => {
    test("after a bulk response, and again only for a new version after a minute", async ({ expect }) => {
      const isolate = start();
      await ask(isolate, "");
      expect(edge.puts).toBe(1);
      await clock.advance(2 * EVERY_MS);
      await ask(isolate, "");
      expect(edge.puts).toBe(1);
      await publish(isolate, { key: "banner", enabled: false });
      await clock.advance(1001);
      await ask(isolate, "");
      expect(edge.puts).toBe(2);
      const version = await publish(isolate, { key: "banner", enabled: true });
      await clock.advance(EVERY_MS - 2000);
      await ask(isolate, "");
      expect(edge.puts).toBe(2);
      await clock.advance(2001);
      await ask(isolate, "");
      expect(edge.puts).toBe(3);
      breakDown();
      expect(await ask(start(), "")).toMatchObject({ value: true, version });
    });

    test("by an isolate that serves single flags too, which reads the rest after a minute", async ({ expect }) => {
      const isolate = start();
      await ask(isolate);
      expect(edge.puts).toBe(0);
      await clock.advance(EVERY_MS + 1);
      const { version } = await ask(isolate);
      expect(edge.puts).toBe(1);
      breakDown();
      expect((await ask(start(), "")).keys).toHaveLength(4);
      expect(await ask(start(), "/other-1")).toMatchObject({ status: 200, version });
    });

    test("once per version and data centre, by whichever isolate comes first", async ({ expect }) => {
      await leaveSnapshot();
      for (let i = 0; i < 3; i++) await ask(start(), "");
      expect(edge.puts).toBe(1);
    });

    test("never over a newer one, as an isolate behind a lagging replica might do", async ({ expect }) => {
      const version = await leaveSnapshot();
      const [url = ""] = edge.urls();
      const headers = {
        "cache-control": "max-age=60",
        "x-flags-version": String(version + 1),
        "x-taken-at": String(clock.now()),
      };
      await edge.put(url, new Response("one that another isolate wrote", { headers }));
      await leaveSnapshot();
      expect(await (await edge.match(url))?.text()).toBe("one that another isolate wrote");
    });

    test("once a day even without changes, so that it does not expire", async ({ expect }) => {
      const isolate = start();
      await ask(isolate, "");
      for (let day = 0; day < 40; day++) {
        await clock.advance(24 * 3_600_000);
        await ask(isolate, "");
      }
      expect(edge.puts).toBe(41);
      breakDown();
      expect((await ask(start())).cacheStatus).toContain("ttl=-0;");
    });

    test("never for an environment that does not fit into L1, which is logged once", async ({ expect }) => {
      const isolate = start({ CACHE_L1_MAX_ENTRIES: "2" });
      for (const enabled of [false, true, false]) {
        await publish(isolate, { key: "banner", enabled });
        await clock.advance(EVERY_MS + 1);
        await ask(isolate);
      }
      expect(edge.puts).toBe(0);
      expect(isolate.logged.filter((event) => event === "snapshot_skipped")).toHaveLength(1);
    });

    test.for([
      ["CACHE_SNAPSHOT_SECONDS", "0"],
      ["CACHE_ENABLED", "false"],
    ] as const)("never with %s=%s", async ([name, value], { expect }) => {
      const isolate = start({ [name]: value });
      expect((await ask(isolate, "")).status).toBe(200);
      expect([edge.matches, edge.puts]).toEqual([0, 0]);
    });
  });

  describe("in an isolate that holds some flags", () => {
    test("serves only the missing flags, and never takes a version back", async ({ expect }) => {
      const old = await leaveSnapshot();
      const isolate = start();
      const version = await publish(isolate, { key: "banner", enabled: false });
      expect(await ask(isolate)).toMatchObject({ value: false, version });
      breakDown();
      await clock.advance(EVERY_MS * 10);
      const held = await ask(isolate);
      expect(held).toMatchObject({ value: false, version });
      expect(held.cacheStatus).toMatch(/^Burgee-L1; hit; ttl=-\d+; detail=stale$/);
      expect(await ask(isolate, "/other-1")).toMatchObject({ status: 200, version: old });
      expect(await ask(isolate, "")).toMatchObject({ value: true, version: old });
      expect(isolate.services.tiers.l1.environment("production").version).toBe(version);
      expect(await ask(isolate)).toMatchObject({ value: false, version });
    });

    test("is replaced by the first response of a backend", async ({ expect }) => {
      await leaveSnapshot();
      breakDown();
      const isolate = start();
      for (let i = 0; i < 6; i++) expect((await ask(isolate)).cacheStatus).toContain("Burgee-Snapshot");
      heal();
      const version = await publish(start(), { key: "banner", enabled: false });
      await clock.advance(5001);
      await ask(isolate);
      await clock.advance(1);
      const response = await ask(isolate);
      expect(response).toMatchObject({ value: false, version });
      expect(response.cacheStatus).not.toContain("stale");
      await leaveSnapshot();
      breakDown();
      // In the next outage the isolate reads the snapshot that is current then.
      expect(await ask(isolate, "/other-1")).toMatchObject({ status: 200, version });
    });

    test("is not used while one backend responds", async ({ expect }) => {
      await leaveSnapshot();
      project.backends.upstash.setFaults({ down: true });
      expect((await ask(start())).cacheStatus).not.toContain("stale");
      heal();
      await ask(start(), "");
      project.backends.neon.setFaults({ down: true });
      expect((await ask(start())).cacheStatus).toBe("Burgee-L1; fwd=miss, Burgee-L2; hit");
    });

    test("serves if Redis has lost the environment and Postgres is down", async ({ expect }) => {
      const version = await leaveSnapshot();
      await project.backends.upstash.command("FLUSHALL");
      project.backends.neon.setFaults({ down: true });
      expect(await ask(start())).toMatchObject({ status: 200, version });
    });

    test("keeps the promise of X-Flags-Min-Version", async ({ expect }) => {
      const version = await leaveSnapshot();
      breakDown();
      const isolate = start();
      const atLeast = (asked: number) => ask(isolate, "/banner", { "x-flags-min-version": String(asked) });
      expect(await atLeast(version)).toMatchObject({ status: 200, version });
      expect((await atLeast(version + 1)).status).toBe(503);
    });

    test("is preferred to a superseded flag that is too old for X-Flags-Min-Version", async ({ expect }) => {
      const isolate = start({ CACHE_SNAPSHOT_SECONDS: "3600" });
      await ask(isolate);
      const version = await project.save({ key: "banner", enabled: false });
      // The purge does not carry the document, and then both backends fail.
      await isolate.services.tiers.publish("production", [[version, ["banner"]]]);
      breakDown();
      const atLeast = () => ask(isolate, "/banner", { "x-flags-min-version": String(version) });
      expect((await atLeast()).status).toBe(503);
      expect(await ask(isolate)).toMatchObject({ status: 200, value: true });
      heal();
      await leaveSnapshot();
      breakDown();
      await clock.advance(10_001);
      expect(await atLeast()).toMatchObject({ status: 200, value: false, version });
    });

    test("is not used for Cache-Control: no-cache", async ({ expect }) => {
      await leaveSnapshot();
      breakDown();
      expect((await ask(start(), "/banner", { "cache-control": "no-cache" })).status).toBe(503);
    });
  });

  describe("the snapshot's SDK keys", () => {
    test("authenticate callers, except with SDK keys that this isolate knows to be revoked", async ({ expect }) => {
      const { token, id, secretHash } = await mintKey(KEY_SECRET, "server", "production");
      await project.backends.neon.query(
        "insert into sdk_keys (id, environment, kind, name, secret_hash) values ($1, 'production', 'server', 'leaves', $2)",
        [id, secretHash],
      );
      const withIt = { authorization: `Bearer ${token}` };
      await leaveSnapshot();
      await revokeKey(project.db, "production", id, { actor: "test" });
      await project.backends.upstash.command("FLUSHALL");
      const knows = start();
      expect((await ask(knows)).status).toBe(200);
      breakDown();
      expect((await ask(start(), "/other-1", withIt)).status).toBe(200);
      expect((await ask(knows, "/other-1")).cacheStatus).toContain("Burgee-Snapshot");
      expect((await ask(knows, "/other-1", withIt)).status).toBe(401);
      heal();
      await leaveSnapshot();
      breakDown();
      expect((await ask(start(), "/other-1", withIt)).status).toBe(401);
    });
  });

  describe("the look-up of a snapshot in an outage", () => {
    test("is shared by all requests, and open breakers call no backend", async ({ expect }) => {
      await leaveSnapshot();
      breakDown();
      const isolate = start();
      const looked = edge.matches;
      await Promise.all([ask(isolate), ask(isolate), ask(isolate, "/other-1"), ask(isolate, "")]);
      for (let i = 0; i < 6; i++) await ask(isolate, `/other-${i % 3}`);
      project.resetStats();
      for (let i = 0; i < 20; i++) expect((await ask(isolate, i % 2 === 0 ? "" : "/banner")).status).toBe(200);
      expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
      expect(edge.matches - looked).toBe(1);
    });

    test.for(["cold", "warm"])("does not wait for a probe that hangs: a %s isolate", async (kind, { expect }) => {
      await leaveSnapshot();
      const isolate = start();
      if (kind === "warm") await ask(isolate);
      breakDown();
      await clock.advance(3_600_000);
      for (let i = 0; i < 6; i++) await ask(isolate, i % 2 === 0 ? "/banner" : "/other-0");
      project.backends.upstash.setFaults({ hang: true });
      project.backends.neon.setFaults({ hang: true });
      await clock.advance(5001);
      // The clock stands still, so a request that waited would not come back.
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags/banner", serverRequest());
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-status")).toContain(kind === "warm" ? "Burgee-L1; hit; ttl=-" : "Snapshot");
      await response.body?.cancel();
    });

    test("waits two seconds for a first load that hangs", async ({ expect }) => {
      await leaveSnapshot();
      project.backends.upstash.setFaults({ hang: true });
      project.backends.neon.setFaults({ hang: true });
      const isolate = start();
      let hasResponded = false;
      const responding = isolate.fetch("/ofrep/v1/evaluate/flags/banner", serverRequest());
      void responding.then(() => (hasResponded = true));
      await clock.waitedOn(2000);
      await clock.advance(1999);
      expect(hasResponded).toBe(false);
      await clock.advance(1);
      const response = await responding;
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });
  });
});

describe("snapshots in workerd", () => {
  let project: TestProject;
  let directory: string;
  let colo: Colo | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "burgee-snapshot-"));
    project = await startTestProject();
    await project.save({ key: "banner" });
    await project.save({ key: "other" });
  });
  afterEach(async () => {
    await colo?.dispose();
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
  });
  afterAll(async () => {
    await project.close();
    await rm(directory, { recursive: true, force: true });
  });

  const breakDown = (): void => {
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
  };
  const ask = async (path: string): Promise<ApiResponse> =>
    read(
      await colo!.fetch(`/ofrep/v1/evaluate/flags${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${project.serverKey}` },
        body: "{}",
      }),
    );

  test("a worker that restarts with both backends down serves the data centre's snapshot", async ({ expect }) => {
    colo = await startColo({ bindings: project.bindings, directory });
    const { version } = await ask("");
    const caches = (await colo.miniflare.getCaches()) as unknown as { open(name: string): Promise<EdgeCache> };
    const kept = await caches.open("burgee");
    await expect
      .poll(async () => (await kept.match("https://cache.invalid/burgee/snapshot/1/production"))?.status)
      .toBe(200);
    await colo.dispose();
    breakDown();
    colo = await startColo({ bindings: project.bindings, directory });
    const stale = {
      cacheStatus: expect.stringMatching(/^Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-\d+; detail=stale$/),
    };
    expect(await ask("/banner")).toMatchObject({ status: 200, value: true, version, ...stale });
    expect(await ask("")).toMatchObject({ status: 200, version, keys: ["banner", "other"], ...stale });
  });

  test("a worker serves its bundled snapshot, and responds with 503 without one", async ({ expect }) => {
    const { source, bundled } = await bundleSnapshots(project.db, Date.now() - 3_600_000);
    expect(bundled).toMatchObject([{ environment: "production", flags: 2 }]);
    const path = join(directory, "snapshot.js");
    await writeFile(path, source);
    const { code } = await bundleWorker(undefined, { alias: { "#bundled-snapshot": path } });
    breakDown();
    colo = await startColo({ bindings: project.bindings, script: code });
    const response = await ask("/banner");
    expect(response).toMatchObject({ status: 200, value: true, version: bundled[0]!.version });
    expect(response.cacheStatus).toMatch(/Burgee-Snapshot; hit; ttl=-36\d\d; detail=stale$/);
    expect((await ask("")).keys).toEqual(["banner", "other"]);
    await colo.dispose();
    colo = await startColo({ bindings: project.bindings });
    expect((await ask("/banner")).status).toBe(503);
  });
});
