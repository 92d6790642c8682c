import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { bundleWorker } from "../../../../dev/bundle.ts";
import { bundleSnapshots } from "../../../../dev/snapshot.ts";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { newestStored, RESTARTING } from "../../../support/edge/stored-entries.ts";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { aFlag, startTestProject, type TestProject } from "../../../support/project.ts";
import { type ApiResponse, readResponse } from "./data-centre-world.ts";

describe("the last known good in workerd", () => {
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
    readResponse(
      await colo!.fetch(`/ofrep/v1/evaluate/flags${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${project.serverKey}` },
        body: "{}",
      }),
    );

  test("a worker that restarts with both backends down serves the data centre's snapshot", async ({ expect }) => {
    const bindings = { ...project.bindings, ...RESTARTING };
    colo = await startColo({ bindings, directory });
    const { version } = await ask("");
    const kept = colo;
    await expect.poll(() => newestStored(kept)).toBe(version);
    await colo.dispose();
    breakDown();
    colo = await startColo({ bindings, directory });
    const stale = {
      cacheStatus: expect.stringMatching(/^Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-\d+; detail=stale$/),
    };
    expect(await ask("/banner")).toMatchObject({ status: 200, value: true, version, ...stale });
    expect(await ask("")).toMatchObject({ status: 200, version, keys: ["banner", "other"], ...stale });
  });

  test("an environment that is too large is left out of the bundle, and the others are in it", async ({ expect }) => {
    await project.backends.neon.query("insert into environments (key, name) values ('large', 'Large')");
    const text = "x".repeat(200_000);
    for (let i = 0; i < 45; i++) {
      const flag = aFlag({ key: `large-${i}`, metadata: {}, variants: { on: { text }, off: {} }, type: "object" });
      await saveFlag(project.db, "large", flag, { actor: "test" });
    }
    const { bundled, skipped } = await bundleSnapshots(project.db, Date.now());
    expect(bundled).toMatchObject([{ environment: "production", flags: 2 }]);
    expect(skipped).toEqual([{ environment: "large", flags: 45 }]);
    await project.backends.neon.query("delete from flag_configurations where environment = 'large'");
    await project.backends.neon.query("delete from environments where key = 'large'");
  });

  test("a worker serves its bundled snapshot, and responds with 503 without one", async ({ expect }) => {
    const { source, bundled } = await bundleSnapshots(project.db, Date.now() - 3_600_000);
    expect(bundled).toMatchObject([{ environment: "production", flags: 2 }]);
    const path = join(directory, "snapshot.js");
    await writeFile(path, source);
    const { modules } = await bundleWorker(undefined, { alias: { "#bundled-snapshot": path } });
    breakDown();
    colo = await startColo({ bindings: project.bindings, script: modules });
    const response = await ask("/banner");
    expect(response).toMatchObject({ status: 200, value: true, version: bundled[0]!.version });
    expect(response.cacheStatus).toMatch(/Burgee-Snapshot; hit; ttl=-36\d\d; detail=stale$/);
    expect((await ask("")).keys).toEqual(["banner", "other"]);
    await colo.dispose();
    colo = await startColo({ bindings: project.bindings });
    expect((await ask("/banner")).status).toBe(503);
  });
});
