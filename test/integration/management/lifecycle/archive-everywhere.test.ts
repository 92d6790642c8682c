import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BoundWorkers, startBoundWorkers } from "../../../support/edge/bound-workers.ts";
import { startIsolate } from "../../../support/app.ts";
import { send } from "../client.ts";
import { type LifecycleTest, startLifecycleTest } from "./harness.ts";

const USER = { targetingKey: "user-1" };

describe("an archived flag is absent", () => {
  let t: LifecycleTest;
  let workers: BoundWorkers;
  beforeAll(async () => {
    t = await startLifecycleTest();
    await t.create("shelved");
    await t.create("kept");
    workers = await startBoundWorkers({
      bindings: t.project.bindings,
      props: { FLAGS: { environment: "production", kind: "server" } },
    });
  });
  afterAll(async () => {
    await workers?.dispose();
    await t?.close();
  });

  const ask = (method: string, path: string, body?: unknown) =>
    send(t.isolate, t.project.serverKey, method, path, body);
  /** The keys of the flags that each way of evaluation has. */
  const seen = async () => {
    const bulk = (await ask("POST", "/ofrep/v1/evaluate/flags", { context: USER })).body.flags;
    const direct = (await ask("GET", "/flags?targetingKey=user-1")).body.flags;
    const definitions = (await ask("GET", "/api/v1/environments/production/definitions")).body.flags;
    const bound = (await workers.call({ method: "all", args: [USER] })) as { flags: Record<string, unknown> };
    const keysOf = (flags: unknown): string[] =>
      (Array.isArray(flags) ? flags.map(({ key }: { key: string }) => key) : Object.keys(flags as object)).toSorted();
    return [bulk, direct, definitions, bound.flags].map(keysOf);
  };

  test("in bulk responses, GET, definitions and bindings, in isolates that had it and in new ones", async () => {
    expect(await seen()).toEqual(Array.from({ length: 4 }, () => ["kept", "shelved"]));
    const since = (await ask("GET", "/api/v1/environments/production/definitions")).body.version;
    await t.archive("shelved");
    // An isolate trusts its head for a second. The binding runs in real time.
    await t.clock.advance(1500);
    await expect.poll(seen, { timeout: 10_000 }).toEqual(Array.from({ length: 4 }, () => ["kept"]));
    const changed = await ask("GET", `/api/v1/environments/production/definitions?since=${since}`);
    expect(changed.body).toMatchObject({ full: false, gone: ["shelved"], flags: [] });
    const fresh = startIsolate(t.project.bindings, t.clock);
    const alone = await send(fresh, t.project.serverKey, "POST", "/ofrep/v1/evaluate/flags/shelved", { context: USER });
    const never = await send(fresh, t.project.serverKey, "POST", "/ofrep/v1/evaluate/flags/shelver", { context: USER });
    expect(alone.status).toBe(404);
    expect({ ...alone.body, key: "", errorDetails: "" }).toEqual({ ...never.body, key: "", errorDetails: "" });
    expect(await workers.call({ method: "boolean", args: ["shelved", true, USER] })).toBe(true);

    await t.unarchive("shelved");
    await t.clock.advance(1500);
    await expect.poll(seen, { timeout: 10_000 }).toEqual(Array.from({ length: 4 }, () => ["kept", "shelved"]));
  });
});
