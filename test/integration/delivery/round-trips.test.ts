import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

/** The table of the README. The endpoints count, because every call of the worker goes through them. */
describe("round trips", () => {
  let project: TestProject;
  let colo: Colo;

  beforeAll(async () => {
    project = await startTestProject();
    for (let i = 0; i < 50; i++) await project.save({ key: `flag-${i}` });
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    // A head check within a test would add a round trip.
    colo = await startColo({ bindings: { ...project.bindings, CACHE_HEAD_CHECK_MS: "60000" } });
  });
  afterEach(() => colo.dispose());

  const evaluate = async (path: string, from = colo): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await from.fetch(`/ofrep/v1/evaluate/flags${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}` },
      body: JSON.stringify({ context: { targetingKey: "user-1" } }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  /** Returns the round trips of one evaluation, including writes after the response. */
  const costOf = async (path: string, from = colo): Promise<{ l2: number; l3: number }> => {
    project.resetStats();
    await evaluate(path, from);
    await from.settled();
    return project.roundTrips();
  };
  const emptyRedis = () => project.backends.upstash.command("FLUSHALL");

  test("all cold, one flag: one L2 read, one L3 query, and one L2 write after the response", async ({ expect }) => {
    await emptyRedis();
    expect(await costOf("/flag-1")).toEqual({ l2: 2, l3: 1 });
  });

  test("all cold, all flags: the same", async ({ expect }) => {
    await emptyRedis();
    expect(await costOf("")).toEqual({ l2: 2, l3: 1 });
  });

  test("a cold isolate with a warm L2: one command and no query, for one flag and for all", async ({ expect }) => {
    await costOf("");
    const other = await startColo({ bindings: project.bindings });
    expect(await costOf("/flag-2", other)).toEqual({ l2: 1, l3: 0 });
    await other.dispose();
    const third = await startColo({ bindings: project.bindings });
    expect(await costOf("", third)).toEqual({ l2: 1, l3: 0 });
    await third.dispose();
  });

  test("a warm isolate: none, for one flag and for all", async ({ expect }) => {
    await costOf("");
    expect(await costOf("/flag-3")).toEqual({ l2: 0, l3: 0 });
    expect(await costOf("")).toEqual({ l2: 0, l3: 0 });
  });

  test("an unknown flag is remembered as absent", async ({ expect }) => {
    await costOf("");
    await costOf("/nope");
    expect(await costOf("/nope")).toEqual({ l2: 0, l3: 0 });
    expect((await evaluate("/nope")).status).toBe(404);
  });
});
