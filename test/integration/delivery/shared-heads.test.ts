import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

/** Without a purge transport, the isolates of a data centre share each confirmation of a head. */
describe("heads that a data centre shares without a purge transport", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let edge: MapEdgeCache;
  let isolates: Isolate[];
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    await project.save({ key: "banner" });
    edge = new MapEdgeCache(clock.now);
    isolates = await start(4);
  });

  const ask = (isolate: Isolate) => send(isolate, project.serverKey, "POST", "/ofrep/v1/evaluate/flags/banner", {});
  const settings = () => ({ ...project.bindings, CACHE_SNAPSHOT_SECONDS: "0" });
  /** Starts isolates that have evaluated the flag, a moment after their heads ceased to be confirmed. */
  const start = async (count: number): Promise<Isolate[]> => {
    const started = Array.from({ length: count }, () => startIsolate(settings(), clock, { openCache: edge.open }));
    for (const isolate of started) await ask(isolate);
    await clock.advance(1001);
    project.resetStats();
    return started;
  };
  const turnOff = async () => {
    const saved = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: false }), { actor: "test" });
    await startIsolate(project.bindings, clock).services.publisher.publish("production", saved, () => undefined);
    project.resetStats();
  };

  test("four isolates make one head check per interval between them", async ({ expect }) => {
    for (let interval = 1; interval <= 3; interval++) {
      for (const isolate of isolates) expect((await ask(isolate)).status).toBe(200);
      expect(project.roundTrips()).toEqual({ l2: interval, l3: 0 });
      await clock.advance(1001);
    }
  });

  test("a shared head counts from its confirmation, so a change is visible within a second", async ({ expect }) => {
    await ask(isolates[0]!);
    await turnOff();
    await clock.advance(900);
    expect((await ask(isolates[1]!)).body.value).toBe(true);
    await clock.advance(100);
    expect((await ask(isolates[1]!)).body.value).toBe(false);
    expect((await ask(isolates[2]!)).body.value).toBe(false);
  });

  test("a head that another isolate confirmed brings the changes with it", async ({ expect }) => {
    await turnOff();
    expect((await ask(isolates[0]!)).body.value).toBe(false);
    expect((await ask(isolates[1]!)).body.value).toBe(false);
  });

  test("an isolate that knows a later version does not go back to a shared head", async ({ expect }) => {
    await ask(isolates[0]!);
    const saved = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: false }), { actor: "test" });
    await isolates[1]!.services.publisher.publish("production", saved, () => undefined);
    const { body, headers } = await ask(isolates[1]!);
    expect([body.value, headers.get("x-flags-version")]).toEqual([false, String(saved.version)]);
  });

  test.for([
    ["lies in the future", (text: string) => text.replace(/"confirmedAt":\d+/, `"confirmedAt":${clock.now() + 5000}`)],
    ["is missing, as in earlier releases", (text: string) => text.replace(/,"confirmedAt":\d+/, "")],
    ["cannot be read", () => "{"],
  ] as const)("a shared head whose time %s is not used", async ([, change], { expect }) => {
    await ask(isolates[0]!);
    edge.rewrite(change);
    expect((await ask(isolates[1]!)).status).toBe(200);
    expect(project.roundTrips()).toEqual({ l2: 2, l3: 0 });
  });

  test("a cache that fails costs each isolate its own head check, and no error", async ({ expect }) => {
    edge.isBroken = true;
    for (const isolate of isolates) expect((await ask(isolate)).status).toBe(200);
    expect(project.roundTrips()).toEqual({ l2: 4, l3: 0 });
  });
});
