import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { EventStreamReader } from "../../../support/event-stream.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../../support/project.ts";

const PATH = "/api/v1/environments/production/stream";

describe("the changes of an environment", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  const open: EventStreamReader[] = [];
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
    isolate = startIsolate(project.bindings, clock);
  });
  afterEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await Promise.all(open.splice(0).map((reader) => reader.leave()));
  });
  afterAll(() => project.close());

  /** Waits for the responses of the endpoints. */
  const quiet = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    await isolate.settled();
  };
  const follow = async (on = isolate, token = project.adminToken, path = PATH): Promise<EventStreamReader> => {
    const reader = new EventStreamReader(await on.fetch(path, { headers: { authorization: `Bearer ${token}` } }));
    open.push(reader);
    await quiet();
    return reader;
  };
  const versionsOf = ({ frames }: EventStreamReader): number[] =>
    frames.filter(({ event }) => event === "change").map(({ data = "" }) => JSON.parse(data).version);

  test("begin with the version, and tell each change elsewhere within two seconds", async ({ expect }) => {
    const first = await project.save({ key: "banner", enabled: true });
    await clock.advance(2000);
    const reader = await follow();
    expect(reader.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.response.headers.has("access-control-allow-origin")).toBe(false);
    expect(versionsOf(reader)).toEqual([first]);
    const writer = startIsolate(project.bindings, clock);
    const written = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: false }), { actor: "" });
    await writer.services.publisher.publish("production", written, () => undefined);
    for (let i = 0; i < 2; i++) {
      await clock.advance(1000);
      await quiet();
    }
    expect(versionsOf(reader)).toEqual([first, written.version]);
  });

  test("end within a minute, so that a revoked token learns no more", async ({ expect }) => {
    const reader = await follow();
    for (let i = 0; i < 61 && !reader.isEnded; i++) {
      await clock.advance(1000);
      await quiet();
    }
    expect(reader.isEnded).toBe(true);
    expect(reader.retryMs).toBeLessThanOrEqual(5000);
  });

  test("are for admin tokens, and for environments that exist", async ({ expect }) => {
    const status = async (...parameters: Parameters<typeof follow>) => (await follow(...parameters)).response.status;
    expect(await status(isolate, project.clientKey)).toBe(403);
    expect(await status(isolate, project.serverKey)).toBe(403);
    expect(await status(isolate, "nonsense")).toBe(401);
    expect(await status(isolate, project.adminToken, PATH.replace("production", "nowhere"))).toBe(404);
  });

  test("come with the next request if the isolate has no place, or are refused without streams", async ({ expect }) => {
    const full = await follow(startIsolate({ ...project.bindings, STREAMS_MAX: 0 }, clock));
    expect([full.isEnded, full.retryMs, versionsOf(full).length]).toEqual([true, 5000, 1]);
    const off = await follow(startIsolate({ ...project.bindings, STREAMS_ENABLED: false }, clock));
    expect(off.response.status).toBe(404);
  });

  test("are refused while no tier responds", async ({ expect }) => {
    const cold = startIsolate(project.bindings, clock);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    expect((await follow(cold)).response.status).toBeGreaterThanOrEqual(500);
  });
});
