import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Readiness } from "../../../../src/http/pages/readyz.ts";
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
});
