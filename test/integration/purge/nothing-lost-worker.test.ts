import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

/** The worker in workerd, which ends between the commit in Postgres and the first purge. */
describe("a worker that ends in the middle of an update", () => {
  let project: TestProject;
  let reader: Colo;
  beforeAll(async () => {
    project = await startTestProject();
    reader = await startColo({ bindings: project.bindings });
  });
  afterAll(async () => {
    await reader.dispose();
    await project.close();
  });

  const ask = async (): Promise<{ value: unknown; version: number }> => {
    const response = await reader.fetch("/ofrep/v1/evaluate/flags/banner", {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}` },
      body: "{}",
    });
    const { value } = (await response.json()) as { value: unknown };
    return { value, version: Number(response.headers.get("x-flags-version")) };
  };
  const versionOf = async (): Promise<number> => {
    const [row] = await project.backends.neon.query<{ version: string }>("select version from environments");
    return Number(row?.version);
  };

  test("leaves the change to the next sweep, which brings it to the other isolates", async ({ expect }) => {
    const { upstash } = project.backends;
    const before = await project.save({ key: "banner", enabled: true });
    expect(await ask()).toEqual({ value: true, version: before });
    const writer = await startColo({ bindings: project.bindings });
    upstash.setFaults({ hang: true });
    const response = writer
      .fetch("/api/v1/environments/production/flags/banner", {
        method: "PATCH",
        headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
        body: JSON.stringify({ enabled: false }),
      })
      .then(
        () => "responded",
        () => "cut off",
      );
    while ((await versionOf()) === before) await pause(2);
    await writer.dispose();
    await response;
    upstash.setFaults({});
    const head = await upstash.command<string>("HGET", "burgee:feature_flag:production", "@head");
    expect(head.split("\n")[0]).toBe(String(before));

    const sweeper = await startColo({ bindings: project.bindings });
    await sweeper.scheduled();
    await sweeper.dispose();
    const undone = await project.backends.neon.query("select version from outbox where done_at is null");
    expect(undone).toEqual([]);
    // An isolate checks the head after a second, and after a response. On a busy machine both can take longer.
    while ((await ask()).version === before) await pause(100);
    expect(await ask()).toEqual({ value: false, version: before + 1 });
  });
});
