import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

/** Longer than the worker waits for another request's flight, even on a busy machine (ms). */
const PATIENCE_MS = 20_000;

/** Clients that disconnect from the built worker while its backends hang. This must not affect later requests. */
describe("clients that disconnect in the middle of a load", () => {
  let project: TestProject;
  let colo: Colo;

  beforeAll(async () => {
    project = await startTestProject();
    for (const key of ["asked", "other"]) await project.save({ key });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    await project.backends.upstash.command("FLUSHALL");
    colo = await startColo({ bindings: project.bindings, script: "shipped" });
    await colo.fetch("/healthz");
    project.resetStats();
  });
  afterEach(async () => {
    heal();
    await colo.dispose();
  });

  const heal = () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
  };
  const ask = async (path: string, signal?: AbortSignal): Promise<number> => {
    const response = await colo.fetch(`/ofrep/v1/evaluate/flags${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}` },
      body: "{}",
      ...(signal && { signal }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  /** Sends fifty requests and disconnects them together once the hanging backend has received the call. */
  const hangUp = async (path: string, isAsked: () => boolean) => {
    const clients = new AbortController();
    const asked = Array.from({ length: 50 }, () => ask(path, clients.signal).catch(() => "gone"));
    while (!isAsked()) await new Promise((resolve) => setTimeout(resolve, 10));
    clients.abort();
    return new Set(await Promise.all(asked));
  };
  /** Waits for a response with status 200. Returns the time that it took (ms). */
  const untilSuccess = async (path: string): Promise<number> => {
    const startedAt = Date.now();
    while ((await ask(path)) !== 200) {
      if (Date.now() - startedAt > PATIENCE_MS) throw new Error(`${path} has not succeeded after ${PATIENCE_MS} ms`);
    }
    return Date.now() - startedAt;
  };
  const queries = () => project.backends.neon.stats().requests;

  for (const [what, path] of [
    ["one flag", "/asked"],
    ["all flags", ""],
  ] as const) {
    test(`${what}, while Postgres hangs: a new query serves later requests once it is back`, async ({ expect }) => {
      project.backends.neon.setFaults({ hang: true });
      expect(await hangUp(path, () => queries() > 0)).toEqual(new Set(["gone"]));
      expect(queries()).toBe(1);
      project.backends.neon.setFaults({});
      expect(await ask("/other")).toBe(200);
      console.log(`${what}: works again after ${await untilSuccess(path)} ms`);
      expect(project.backends.neon.stats().underWay.peakAlike).toBeLessThanOrEqual(2);
      project.resetStats();
      expect(await ask(path)).toBe(200);
      expect(queries()).toBe(0);
    });
  }

  test("while Redis hangs, Postgres serves other requests, and Redis does once it is back", async ({ expect }) => {
    project.backends.upstash.setFaults({ hang: true });
    await hangUp("/asked", () => project.backends.upstash.stats().requests > 0);
    await untilSuccess("/asked");
    expect(await ask("/other")).toBe(200);
    expect(queries()).toBeGreaterThan(0);
    heal();
    expect(await ask("")).toBe(200);
  });
});
