import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const KEYS = "/api/v1/environments/production/keys";

/** A snapshot may be older than the isolate's knowledge of the SDK keys, and then that knowledge counts. */
describe("the SDK keys of a snapshot's response", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let edge: MapEdgeCache;
  let writer: Isolate;
  let reader: Isolate;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (const key of ["banner", "other"]) await project.save({ key });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await clock.advance(10_000);
    edge = new MapEdgeCache(clock.now);
    writer = start();
    reader = start();
  });

  const start = () => startIsolate(project.bindings, clock, { openCache: edge.open });
  const ask = (isolate: Isolate, token: string, flagKey: string) =>
    send(isolate, token, "POST", `${OFREP}/${flagKey}`, {});
  const create = async (): Promise<{ token: string; id: string }> => {
    const { body } = await send(writer, project.adminToken, "POST", KEYS, { kind: "server" });
    return { token: body.token, id: body.key.id };
  };
  const revoke = (id: string) => send(writer, project.adminToken, "DELETE", `${KEYS}/${id}`);
  const breakDown = (): void => {
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
  };
  /** Moves the reader's head, and with it its keys. */
  const catchUp = async (): Promise<void> => {
    await clock.advance(3000);
    await ask(reader, project.serverKey, "banner");
  };

  test("are the isolate's if those are newer, so a key made after the snapshot works", async ({ expect }) => {
    await send(start(), project.serverKey, "POST", OFREP, {});
    await ask(reader, project.serverKey, "banner");
    const { token } = await create();
    expect((await ask(reader, token, "banner")).status).toBe(200);
    breakDown();
    // The head that the data centre's isolates share is over.
    await clock.advance(1001);
    const response = await ask(reader, token, "other");
    expect([response.status, response.headers.get("cache-status")]).toEqual([
      200,
      expect.stringMatching(/^Burgee-L1; fwd=miss, Burgee-Snapshot; hit; ttl=-\d; detail=stale$/),
    ]);
  });

  test("do not bring back a key that the isolate knows to be revoked", async ({ expect }) => {
    const { token, id } = await create();
    await send(start(), project.serverKey, "POST", OFREP, {});
    await revoke(id);
    await catchUp();
    // A later change supersedes the isolate's keys, and the new ones cannot be read.
    const version = reader.services.source.knownVersion("production") + 1;
    reader.services.tiers.l1.advance("production", { version, changes: [[version, ["@keys"]]] });
    breakDown();
    expect((await ask(reader, project.serverKey, "other")).headers.get("cache-status")).toContain("Burgee-Snapshot");
    expect((await ask(reader, token, "other")).status).toBe(401);
  });
});
