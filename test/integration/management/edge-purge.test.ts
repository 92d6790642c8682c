import { afterAll, beforeAll, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { flagTag } from "../../../src/delivery/publish/purge-targets.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { aFlagBody, FLAGS } from "./client.ts";

const PURGE = "/api/v1/environments/production/cache/purge";
const TAG = "burgee:flag_endpoint:production";

describe("with a purge transport", () => {
  let project: TestProject;
  let purges: PurgeEndpoint;
  let isolate: Isolate;
  const clock = new FakeClock();
  beforeAll(async () => {
    [project, purges] = await Promise.all([startTestProject(), startPurgeEndpoint()]);
    isolate = startIsolate(
      { ...project.bindings, CF_API_URL: `${purges.url}/client/v4`, CF_ZONE_ID: "zone1", CF_PURGE_TOKEN: purges.token },
      clock,
    );
    await call("POST", FLAGS, aFlagBody("checkout"));
  });
  afterAll(async () => {
    await purges.close();
    await project.close();
  });

  /** Sends a request, but does not wait for later work: repeated purges wait for a clock that stands still. */
  const call = async (method: string, path: string, body: unknown) => {
    // Sooner after another purge, this one would wait to share a call with others.
    await clock.advance(200);
    const response = await isolate.fetch(path, {
      method,
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const tagsOf = async (run: () => Promise<unknown>): Promise<string[]> => {
    purges.resetStats();
    await run();
    return purges
      .calls()
      .flatMap(({ tags }) => tags)
      .toSorted();
  };

  test("an update purges the responses about the flag, and reports it", async ({ expect }) => {
    // Every write also publishes earlier changes that are not confirmed, so the sweep confirms them first.
    await isolate.services.sweep(() => undefined);
    let response: Awaited<ReturnType<typeof call>> | undefined;
    const tags = await tagsOf(async () => {
      response = await call("PATCH", `${FLAGS}/checkout`, { metadata: { n: 1 } });
    });
    expect(response?.body["published"]).toEqual({ redis: true, edge: true });
    expect(tags).toEqual([TAG, flagTag("burgee", "production", "checkout"), "burgee:head:production"].toSorted());
  });

  test("a manual purge names the same tags, also for flags that no tier holds", async ({ expect }) => {
    expect(await tagsOf(() => call("POST", PURGE, { flags: ["not-held"] }))).toContain(
      flagTag("burgee", "production", "not-held"),
    );
    expect(await tagsOf(() => call("POST", PURGE, { all: true }))).toEqual(["burgee:env:production"]);
  });

  test("a dry run purges nothing", async ({ expect }) => {
    expect(await tagsOf(() => call("POST", `${PURGE}?dryRun=true`, { all: true }))).toEqual([]);
  });

  test("a purge that the API refuses is not reported as done", async ({ expect }) => {
    purges.setFaults({ down: true });
    const purged = await call("POST", PURGE, { flags: ["checkout"] });
    purges.setFaults({});
    expect(purged).toMatchObject({ status: 200, body: { edge: false } });
  });
});
