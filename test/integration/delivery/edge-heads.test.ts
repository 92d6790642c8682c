import { afterAll, beforeAll, test } from "vitest";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { startIsolate } from "../../support/app.ts";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const clock = new FakeClock();
let project: TestProject;
beforeAll(async () => {
  project = await startTestProject({ now: clock.now });
  await project.save({ key: "banner" });
});
afterAll(() => project.close());

test("X-Flags-Min-Version looks past a stored head that is too old, instead of a 503", async ({ expect }) => {
  const edge = new MapEdgeCache(clock.now);
  const reader = startIsolate({ ...project.bindings, ...ZONE }, clock, { openCache: edge.open });
  const ask = (headers: Record<string, string> = {}) =>
    send(reader, project.serverKey, "POST", "/ofrep/v1/evaluate/flags/banner", {}, headers);
  await ask();
  // The head check stores the head in the data centre, whose purge is then lost.
  await clock.advance(3000);
  await ask();
  expect(edge.bodies().some((body) => body.includes('"confirmedAt"'))).toBe(true);
  const written = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: false }), { actor: "test" });
  await startIsolate(project.bindings, clock).services.publisher.publish("production", written, () => undefined);
  const { status, body, headers } = await ask({ "x-flags-min-version": String(written.version) });
  expect([status, body.value, headers.get("x-flags-version")]).toEqual([200, false, String(written.version)]);
});
