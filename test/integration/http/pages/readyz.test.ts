import { afterAll, beforeAll, describe, test } from "vitest";
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

  test("sends Redis one command, which leaves nothing for statistics to look for", async ({ expect }) => {
    const isolate = startIsolate(project.bindings, clock);
    project.resetStats();
    const response = await isolate.fetch("/readyz");
    expect(await response.json()).toMatchObject({ status: "ok", tiers: { l2: { state: "ok" }, l3: { state: "ok" } } });
    expect(project.roundTrips().l2).toBe(1);
    await isolate.services.tiers.l2?.stats();
    expect(project.roundTrips().l2).toBe(1);
  });
});
