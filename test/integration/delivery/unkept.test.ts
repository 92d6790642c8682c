import { afterAll, beforeAll, describe, test } from "vitest";
import { deleteFlag, saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { PostgresProxy } from "../../support/backends/postgres-proxy.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";

describe("an environment that does not fit into L1", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let postgres: PostgresProxy;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (let i = 0; i < 5; i++) await project.save({ key: `other-${i}` });
    postgres = await PostgresProxy.start(String(project.bindings["NEON_HTTP_URL"]));
  });
  afterAll(async () => {
    await postgres.close();
    await project.close();
  });

  test("is not served from a reading that began before a version that the isolate knows", async ({ expect }) => {
    const bindings = { ...project.bindings, NEON_HTTP_URL: postgres.url, CACHE_L1_MAX_ENTRIES: "3" };
    const isolate = startIsolate(bindings, clock);
    const ask = async () => {
      const headers = { authorization: `Bearer ${project.serverKey}` };
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers, body: "{}" });
      await response.arrayBuffer();
      return Number(response.headers.get("x-flags-version"));
    };
    const before = await ask();
    expect(isolate.logged).toContain("l1_too_small");
    const next = postgres.requests + 1;
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    postgres.after = async (number) => {
      if (number !== next) return;
      held.resolve();
      await released.promise;
    };
    const early = ask();
    await held.promise;
    const flag = aFlag({ key: "other-1", enabled: true, metadata: { changed: true } });
    const written = await saveFlag(project.db, "production", flag, { actor: "test" });
    await isolate.services.publisher.publish("production", written, () => undefined);
    expect(isolate.services.source.knownVersion("production")).toBe(written.version);
    const late = ask();
    await new Promise((resolve) => setTimeout(resolve, 20));
    released.resolve();
    expect(await early).toBe(before);
    expect(await late).toBe(written.version);
  });

  test("is served from Redis while Postgres is unreachable, if L1 has room for it by now", async ({ expect }) => {
    const start = (bindings: Record<string, string> = {}): Isolate =>
      startIsolate({ ...project.bindings, ...bindings }, clock, { redisTimeoutMs: 1000 });
    const ask = async (isolate: Isolate) => {
      const headers = { authorization: `Bearer ${project.serverKey}` };
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers, body: "{}" });
      const { flags } = (await response.json()) as { flags?: unknown[] };
      await isolate.settled();
      return { status: response.status, flags: flags?.length, cacheStatus: response.headers.get("cache-status") };
    };
    const isolate = start({ CACHE_L1_MAX_ENTRIES: "3" });
    expect(await ask(isolate)).toMatchObject({ status: 200, flags: 5 });
    expect(isolate.logged).toContain("l1_too_small");
    const roomy = start();
    for (const key of ["other-3", "other-4"]) {
      const written = await deleteFlag(project.db, "production", key, { actor: "test" });
      await roomy.services.publisher.publish("production", written, () => undefined);
    }
    expect(await ask(roomy)).toMatchObject({ status: 200, flags: 3 });
    project.backends.neon.setFaults({ down: true });
    const cacheStatus = "Burgee-L1; fwd=miss, Burgee-L2; hit";
    expect(await ask(isolate)).toEqual({ status: 200, flags: 3, cacheStatus });
  });
});
