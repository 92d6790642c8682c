import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "../../support/project.ts";

/** The freshness contract of the README, with isolates in this process and a clock that the test moves. */
describe("freshness", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let writer: Isolate;
  let reader: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (let i = 0; i < 5; i++) await project.save({ key: `other-${i}` });
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await project.save({ key: "banner", enabled: true });
    await project.backends.upstash.command("FLUSHALL");
    writer = startIsolate(project.bindings, clock);
    reader = startIsolate(project.bindings, clock);
  });

  const ask = async (isolate: Isolate, path = "/banner", headers: Record<string, string> = {}) => {
    const response = await isolate.fetch(`/ofrep/v1/evaluate/flags${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, ...headers },
      body: "{}",
    });
    const body = (await response.json()) as { value?: unknown; flags?: { key: string; value: unknown }[] };
    return {
      status: response.status,
      body,
      value: body.flags === undefined ? body.value : body.flags.find(({ key }) => key === "banner")?.value,
      version: Number(response.headers.get("x-flags-version")),
      cacheStatus: response.headers.get("cache-status") ?? "",
    };
  };

  /** Saves a flag as the management API does: it commits and then publishes from the writer's isolate. */
  const publish = async (flag: TestFlag): Promise<number> => {
    const written = await saveFlag(project.db, "production", aFlag(flag), { actor: "test" });
    await writer.services.publisher.publish("production", written, () => undefined);
    return written.version;
  };

  /** Waits for the head check of one evaluation, which may finish after the response. */
  const check = async (isolate: Isolate, path?: string): Promise<void> => {
    await clock.advance(101);
    await ask(isolate, path);
    await isolate.settled();
  };

  const warm = async (isolate: Isolate, path = "/banner"): Promise<void> => {
    await ask(isolate, path);
    await isolate.settled();
  };

  test("memory serves for a second, and then one L2 command and no query bring the change", async ({ expect }) => {
    await warm(reader);
    const version = await publish({ key: "banner", enabled: false });
    await clock.advance(900);
    expect((await ask(reader)).value).toBe(true);
    project.resetStats();
    await check(reader);
    expect(await ask(reader)).toMatchObject({ value: false, version });
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("bulk sees the change the same way", async ({ expect }) => {
    await warm(reader, "");
    const version = await publish({ key: "banner", enabled: false });
    await clock.advance(900);
    project.resetStats();
    await check(reader, "");
    expect(await ask(reader, "")).toMatchObject({ value: false, version });
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("the writer's own isolate has the change at once, without a command", async ({ expect }) => {
    await warm(writer);
    const version = await publish({ key: "banner", enabled: false });
    project.resetStats();
    expect(await ask(writer)).toMatchObject({ value: false, version });
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("an edit in SQL reaches the edge with the next sweep, which marks it done", async ({ expect }) => {
    await warm(reader);
    await project.backends.neon.exec("update flag_configurations set enabled = false where flag_key = 'banner'");
    expect(await writer.services.sweep(() => undefined)).toMatchObject({ failed: 0 });
    await clock.advance(900);
    await check(reader);
    expect((await ask(reader)).value).toBe(false);
    const [pending] = await project.backends.neon.query("select count(*)::int as n from outbox where done_at is null");
    expect(pending).toEqual({ n: 0 });
  });

  test("X-Flags-Min-Version gives at least that version or a 503", async ({ expect }) => {
    await warm(reader);
    const version = await publish({ key: "banner", enabled: false });
    expect(await ask(reader, "/banner", { "x-flags-min-version": String(version) })).toMatchObject({
      status: 200,
      value: false,
      version,
    });
    const ahead = await ask(reader, "/banner", { "x-flags-min-version": String(version + 1) });
    expect(ahead).toMatchObject({ status: 503, version });
    const wrong = await ask(reader, "/banner", { "x-flags-min-version": "soon" });
    expect(wrong.status).toBe(400);
  });

  test("X-Flags-Min-Version reads the store if the purge was lost", async ({ expect }) => {
    await warm(reader);
    const version = await project.save({ key: "banner", enabled: false });
    const response = await ask(reader, "/banner", { "x-flags-min-version": String(version) });
    expect(response).toMatchObject({ status: 200, value: false, version });
  });

  test("Cache-Control: no-cache reads the store and refills L2, but only with a server key", async ({ expect }) => {
    await warm(reader);
    const version = await project.save({ key: "banner", enabled: false });
    const headers = { "cache-control": "no-cache" };
    expect((await ask(reader, "/banner", { ...headers, authorization: `Bearer ${project.clientKey}` })).value).toBe(
      true,
    );
    expect(await ask(reader, "/banner", headers)).toMatchObject({ value: false, version });
    await reader.settled();
    const other = startIsolate(project.bindings, clock);
    expect(await ask(other)).toMatchObject({
      value: false,
      version,
      cacheStatus: "Burgee-L1; fwd=miss, Burgee-L2; hit",
    });
  });

  test("more than ten no-cache reads in a second are refused with Retry-After", async ({ expect }) => {
    const statuses = new Set<number>();
    for (let i = 0; i < 12; i++) statuses.add((await ask(reader, "/banner", { "cache-control": "no-cache" })).status);
    expect([...statuses]).toEqual([200, 429]);
  });

  test("the store serves while L2 is down, and changes are visible there", async ({ expect }) => {
    await warm(reader);
    project.backends.upstash.setFaults({ down: true });
    await project.save({ key: "banner", enabled: false });
    await clock.advance(900);
    await check(reader);
    expect(await ask(reader)).toMatchObject({ status: 200, value: false });
    expect(reader.logged).toContain("l2_failed");
  });

  test("L2 serves its flags while the store is down", async ({ expect }) => {
    await warm(writer);
    project.backends.neon.setFaults({ down: true });
    expect(await ask(reader)).toMatchObject({
      status: 200,
      value: true,
      cacheStatus: "Burgee-L1; fwd=miss, Burgee-L2; hit",
    });
  });

  test("with both down, the last known good is served and marked stale, for as long as it takes", async ({
    expect,
  }) => {
    await warm(reader);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    await clock.advance(3_600_000);
    const response = await ask(reader);
    expect(response).toMatchObject({ status: 200, value: true });
    expect(response.cacheStatus).toMatch(/^Burgee-L1; hit; ttl=-\d+; detail=stale$/);
  });

  test("a superseded flag is served stale if its new document cannot be read", async ({ expect }) => {
    await warm(reader);
    const version = await project.save({ key: "banner", enabled: false });
    // The purge does not carry the document, like that of a large change, and then the store fails.
    await writer.services.tiers.publish("production", [[version, ["banner"]]]);
    project.backends.neon.setFaults({ down: true });
    await clock.advance(900);
    await check(reader);
    const response = await ask(reader);
    expect(response).toMatchObject({ status: 200, value: true });
    expect(response.cacheStatus).toContain("stale");
    expect(response.version).toBeLessThan(version);
  });

  test("a cold isolate without any backend responds with 503 in OFREP's shape", async ({ expect }) => {
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    expect(await ask(reader)).toMatchObject({ status: 503, body: { key: "banner", errorCode: "GENERAL" } });
  });

  test("a name that no flag can have is a 404 on every route, without a backend", async ({ expect }) => {
    await warm(reader);
    project.resetStats();
    for (const name of ["%00", "*", "a%0Ab", "x".repeat(200)]) {
      expect((await ask(reader, `/${name}`)).status).toBe(404);
      const get = await reader.fetch(`/flags/${name}`, { headers: { authorization: `Bearer ${project.clientKey}` } });
      expect(get.status).toBe(404);
    }
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("an isolate that holds the whole environment knows which flags do not exist", async ({ expect }) => {
    await warm(reader, "");
    project.resetStats();
    for (let i = 0; i < 20; i++) expect((await ask(reader, `/absent-${i}`)).status).toBe(404);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    expect((await ask(reader)).status).toBe(200);
  });

  test("a new flag is served by an isolate that knew it to be absent", async ({ expect }) => {
    await warm(reader, "");
    const key = `new-${clock.now()}`;
    expect((await ask(reader, `/${key}`)).status).toBe(404);
    await publish({ key });
    await clock.advance(900);
    await check(reader, `/${key}`);
    expect((await ask(reader, `/${key}`)).status).toBe(200);
  });

  test("an outdated index is served stale in an outage, and no longer than that", async ({ expect }) => {
    await warm(reader, "");
    const key = `born-${clock.now()}`;
    const version = await project.save({ key });
    await writer.services.tiers.publish("production", [[version, ["@index", key]]]);
    project.backends.neon.setFaults({ down: true });
    await clock.advance(900);
    await check(reader, "");
    const stale = await ask(reader, "");
    expect(stale.status).toBe(200);
    expect(stale.cacheStatus).toContain("stale");
    expect(stale.version).toBeLessThan(version);
    expect((await ask(reader, "", { "x-flags-min-version": String(version) })).status).toBe(503);
    project.backends.neon.setFaults({});
    await clock.advance(10_000);
    await check(reader, "");
    const healed = await ask(reader, "");
    expect(healed.version).toBeGreaterThanOrEqual(version);
    expect(healed.body.flags?.map((flag) => flag.key)).toContain(key);
  });

  test("a bulk request reads the store if L1 has no room for the environment", async ({ expect }) => {
    const small = startIsolate({ ...project.bindings, CACHE_L1_MAX_ENTRIES: "3" }, clock);
    const response = await ask(small, "");
    expect(response.status).toBe(200);
    expect(response.body.flags?.length).toBeGreaterThan(5);
    expect(small.logged).toContain("l1_too_small");
  });

  test("a flag with the name of one of the loader's flights works", async ({ expect }) => {
    const [bulk, odd] = await Promise.all([ask(reader, ""), ask(reader, "/all")]);
    expect([bulk.status, odd.status]).toEqual([200, 404]);
  });

  test("with caches off every evaluation reads the store", async ({ expect }) => {
    const plain = startIsolate({ ...project.bindings, CACHE_ENABLED: "false" }, clock);
    project.resetStats();
    expect((await ask(plain)).value).toBe(true);
    await project.save({ key: "banner", enabled: false });
    project.resetStats();
    expect((await ask(plain)).value).toBe(false);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 1 });
  });
});
