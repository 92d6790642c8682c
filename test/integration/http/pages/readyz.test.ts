import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createReadiness, type Readiness } from "../../../../src/http/pages/readyz.ts";
import { startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

describe("GET /readyz", () => {
  const clock = new FakeClock();
  let project: TestProject;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
  });
  afterAll(() => project.close());

  test("sends Redis one command, which leaves nothing for statistics to look for", async () => {
    const isolate = startIsolate(project.bindings, clock);
    project.resetStats();
    const response = await isolate.fetch("/readyz");
    expect(await response.json()).toMatchObject({ status: "ok", tiers: { l2: { state: "ok" }, l3: { state: "ok" } } });
    expect(project.roundTrips().l2).toBe(1);
    await isolate.services.tiers.l2?.stats();
    expect(project.roundTrips().l2).toBe(1);
  });

  test.each([
    ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    ["UPSTASH_REDIS_REST_TOKEN", "UPSTASH_REDIS_REST_URL"],
  ])("names the half of a pair that %s lacks", async (neededBy, setting) => {
    const isolate = startIsolate({ ...project.bindings, [setting]: "" }, clock);
    const report = (await (await isolate.fetch("/readyz")).json()) as Readiness;
    expect(report).toMatchObject({
      status: "degraded",
      tiers: { l2: { state: "misconfigured" }, l3: { state: "ok" } },
      misconfigured: [{ setting, neededBy }],
    });
    const page = await (await isolate.fetch("/readyz", { headers: { accept: "text/html" } })).text();
    expect(page).toContain(`Set <code>${setting}</code>`);
    await clock.advance(5000);
    await isolate.fetch("/readyz");
    expect(isolate.logged).toEqual(["misconfigured"]);
  });

  test("names the missing half of the purge settings, while everything works", async () => {
    const isolate = startIsolate({ ...project.bindings, CF_ZONE_ID: "0".repeat(32) }, clock);
    expect(await (await isolate.fetch("/readyz")).json()).toMatchObject({
      status: "degraded",
      tiers: { l2: { state: "ok" }, l3: { state: "ok" } },
      misconfigured: [{ setting: "CF_PURGE_TOKEN", neededBy: "CF_ZONE_ID" }],
    });
    expect(isolate.logged).toEqual(["misconfigured"]);
  });

  test("reports no settings where none is missing", async () => {
    const isolate = startIsolate(
      { ...project.bindings, UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" },
      clock,
    );
    const report = (await (await isolate.fetch("/readyz")).json()) as Readiness;
    expect(report).toMatchObject({ status: "ok", tiers: { l2: { state: "not configured" } } });
    expect(report.misconfigured).toBeUndefined();
    expect(isolate.logged).toEqual([]);
  });

  test("asks each backend once for 300 requests at once, and again after two seconds", async ({ expect }) => {
    const isolate = startIsolate(project.bindings, clock);
    const flood = async () => {
      project.resetStats();
      const responses = await Promise.all(Array.from({ length: 300 }, () => isolate.fetch("/readyz")));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
      return project.roundTrips();
    };
    expect(await flood()).toEqual({ l2: 1, l3: 1 });
    await clock.advance(1999);
    expect(await flood()).toEqual({ l2: 0, l3: 0 });
    await clock.advance(1);
    expect(await flood()).toEqual({ l2: 1, l3: 1 });
  });

  test("does not wait for ever for the probe of a request that has died", async ({ expect }) => {
    // A request that workerd cancels leaves a promise that never settles.
    const services = startIsolate(project.bindings, clock).services;
    const scope = { waitUntil: () => undefined };
    let isDying = true;
    const readyz = createReadiness({
      ...services,
      database: () => (isDying ? new Promise(() => undefined) : services.database()),
      clock: {
        now: clock.now,
        sleep: (ms, signal) => (isDying ? new Promise(() => undefined) : clock.sleep(ms, signal)),
      },
    });
    void readyz(scope);
    isDying = false;
    const followers = Promise.all([readyz(scope), readyz(scope)]);
    await clock.waitedOn(2000);
    await clock.advance(2000);
    expect((await followers).map(({ status }) => status)).toEqual(["ok", "ok"]);
    expect((await readyz(scope)).status).toBe("ok");
  });
});
