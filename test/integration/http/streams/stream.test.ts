import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { EventStreamReader } from "../../../support/event-stream.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../../support/project.ts";

const SECOND = 1000;

/** A clock that counts the calls of sleep. */
class CountingClock extends FakeClock {
  sleeps = 0;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps += 1;
    return super.sleep(ms, signal);
  }
}

/** Change streams of isolates in this process, with a clock that the test moves. */
describe("change streams", () => {
  const clock = new CountingClock();
  let project: TestProject;
  let writer: Isolate;
  let isolate: Isolate;
  let open: EventStreamReader[];

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
  });
  afterAll(() => project.close());

  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await clock.advance(60 * SECOND);
    writer = startIsolate(project.bindings, clock);
    isolate = await settledIsolate();
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((reader) => reader.leave()));
  });

  const evaluate = async (on: Isolate, headers: Record<string, string> = {}) => {
    const headersOfAll = { authorization: `Bearer ${project.clientKey}`, ...headers };
    const response = await on.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers: headersOfAll, body: "{}" });
    await on.settled();
    return response;
  };

  /** Starts an isolate that has known the version for so long that no result can be older. */
  async function settledIsolate(settings: Record<string, string> = {}): Promise<Isolate> {
    const started = startIsolate({ ...project.bindings, ...settings }, clock);
    await evaluate(started);
    await clock.advance(100 * SECOND);
    return started;
  }

  const stream = async (on = isolate, headers: Record<string, string> = {}, key = project.clientKey) => {
    const reader = new EventStreamReader(await on.fetch(`/ofrep/v1/stream?key=${key}`, { headers }));
    open.push(reader);
    await quiet();
    return reader;
  };

  const save = (enabled: boolean) =>
    saveFlag(project.db, "production", aFlag({ key: "banner", enabled }), { actor: "" });
  let isOn = true;
  /** Changes the flag as the management API does, in the isolate `by`. */
  const change = async (by: Isolate): Promise<number> => {
    isOn = !isOn;
    const written = await save(isOn);
    await by.services.publisher.publish("production", written, () => undefined);
    return written.version;
  };
  /** Waits for the responses of the endpoints. */
  const quiet = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    await isolate.settled();
  };
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      await clock.advance(SECOND);
      await quiet();
    }
  };

  test("begins with the retry time and the version, and nothing else", async ({ expect }) => {
    const version = (await project.backends.neon.query<{ version: string }>("select version from environments"))[0];
    const reader = await stream();
    expect(reader.response.status).toBe(200);
    expect(reader.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(reader.response.headers.get("cache-control")).toContain("no-store");
    expect(reader.response.headers.get("access-control-allow-origin")).toBe("*");
    expect(reader.frames).toEqual([{ retry: "3000", id: expect.stringMatching(/^\d+\.\d+$/) }]);
    expect(reader.lastVersion).toBe(Number(version?.version));
  });

  test("announces a change made elsewhere within a second", async ({ expect }) => {
    const reader = await stream();
    const version = await change(writer);
    await pass(1);
    expect(reader.versions).toEqual([version]);
    const { event, data = "" } = reader.frames.at(-1) ?? {};
    expect(event).toBe("message");
    expect(JSON.parse(data)).toEqual({
      type: "refetchEvaluation",
      etag: String(version),
      lastModified: Math.floor(clock.now() / 1000),
    });
  });

  test("announces a change made in the same isolate at once", async ({ expect }) => {
    const reader = await stream();
    const version = await change(isolate);
    await quiet();
    expect(reader.versions).toEqual([version]);
  });

  test("announces changes in quick succession as one", async ({ expect }) => {
    const reader = await stream();
    const first = await change(isolate);
    await quiet();
    let last = first;
    for (let i = 0; i < 5; i++) last = await change(isolate);
    await quiet();
    expect(reader.versions).toEqual([first]);
    await pass(2);
    expect(reader.versions).toEqual([first, last]);
  });

  test("cost one Redis command a second, however many there are, and none if there are none", async ({ expect }) => {
    for (let i = 0; i < 50; i++) await stream();
    project.resetStats();
    await pass(10);
    expect(project.roundTrips()).toEqual({ l2: 10, l3: 0 });
    await Promise.all(open.map((reader) => reader.leave()));
    project.resetStats();
    await pass(10);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    expect(clock.sleeping).toBe(0);
  });

  test("only the stream that polls wakes every second", async ({ expect }) => {
    for (let i = 0; i < 20; i++) await stream();
    clock.sleeps = 0;
    await pass(10);
    // One stream sleeps ten times to poll. Each other one checks every 2.5 to 7.5 seconds whether it still exists.
    expect(clock.sleeps).toBeLessThanOrEqual(10 + 19 * 4);
  });

  test("go on announcing after the stream that polls has ended", async ({ expect }) => {
    const first = await stream();
    const others = [await stream(), await stream()];
    await pass(2);
    await first.leave();
    const version = await change(writer);
    await pass(2);
    expect(others.map(({ versions }) => versions)).toEqual([[version], [version]]);
  });

  test("replace the stream that polls if it dies without a sign", async ({ expect }) => {
    const feed = await isolate.services.streams?.openFeed();
    const dead = feed?.subscribe("production", { waitUntil: () => undefined }, "clientVisible");
    const asked = dead?.moved(dead.version, clock.now() + 1, clock.now());
    await clock.advance(1);
    await asked;
    const reader = await stream();
    const version = await change(writer);
    await pass(8);
    expect(reader.versions).toEqual([version]);
    dead?.close();
  });

  test("send a comment at least every 25 seconds", async ({ expect }) => {
    const reader = await stream();
    await pass(75);
    expect(reader.frames.filter(({ comment }) => comment !== undefined)).toHaveLength(3);
    expect(reader.versions).toEqual([]);
  });

  test("announce at once to a client with another version, but not to one with the current one", async ({ expect }) => {
    const before = await stream();
    const known = before.lastEventId ?? "";
    await before.leave();
    const version = await change(writer);
    await pass(1);
    const behind = await stream(isolate, { "last-event-id": known });
    expect(behind.versions).toEqual([version]);
    const current = await stream(isolate, { "last-event-id": String(version) });
    expect(current.versions).toEqual([]);
    const nonsense = await stream(isolate, { "last-event-id": "nonsense" });
    expect(nonsense.versions).toEqual([version]);
  });

  test("an isolate behind its client's version checks the head before it responds", async ({ expect }) => {
    await evaluate(isolate);
    const version = await change(writer);
    const reader = await stream(isolate, { "last-event-id": String(version) });
    expect(reader.lastVersion).toBe(version);
    expect(reader.versions).toEqual([]);
  });

  test("a stream opened soon after a change makes its client fetch again", async ({ expect }) => {
    const version = await change(writer);
    await pass(1);
    expect((await stream()).versions).toEqual([version]);
    await clock.advance(100 * SECOND);
    await pass(1);
    expect((await stream()).versions).toEqual([]);
  });

  test("a client whose isolate reached no backend in time is told to fetch again", async ({ expect }) => {
    const idle = await settledIsolate();
    await evaluate(idle);
    const first = await stream();
    const version = await change(writer);
    await pass(1);
    expect(first.versions).toEqual([version]);
    await clock.advance(50 * SECOND);
    await quiet();
    // The clock passes the time for which an idle isolate waits before either backend has responded.
    project.backends.upstash.setFaults({ latencyMs: 200 });
    project.backends.neon.setFaults({ latencyMs: 200 });
    project.resetStats();
    const evaluated = evaluate(idle);
    while (project.backends.upstash.stats().requests === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(500);
    const response = await evaluated;
    expect(response.headers.get("x-flags-version")).toBe(String(version - 1));
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    expect((await stream()).versions).toEqual([version]);
  });

  test("stay open while no backend responds, and then announce the changes", async ({ expect }) => {
    const reader = await stream();
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    await pass(40);
    expect(reader.isEnded).toBe(false);
    expect(reader.frames.filter(({ comment }) => comment !== undefined)).toHaveLength(2);
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    let version = 0;
    for (let i = 0; i < 4; i++) version = await change(writer);
    await pass(8);
    expect(reader.versions).toEqual([version]);
  });

  test("a new isolate without backends lets its clients reconnect at the pace of polling", async ({ expect }) => {
    const cold = startIsolate(project.bindings, clock);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    const reader = await stream(cold);
    expect(reader.response.status).toBe(200);
    expect(reader.isEnded).toBe(true);
    expect(reader.retryMs).toBeGreaterThanOrEqual(20_000);
    expect(reader.retryMs).toBeLessThan(30_000);
  });

  test("end after their lifetime, and ask the client to reconnect at once", async ({ expect }) => {
    const short = await settledIsolate({ STREAM_LIFETIME_SECONDS: "60" });
    const reader = await stream(short);
    await pass(61);
    expect(reader.isEnded).toBe(true);
    expect(reader.retryMs).toBe(100);
    const resumed = await stream(short, { "last-event-id": reader.lastEventId ?? "" });
    expect(resumed.frames).toEqual([{ retry: "3000", id: reader.lastEventId }]);
  });

  test("above the limit, a stream is a poll: the version and the time to reconnect", async ({ expect }) => {
    const small = await settledIsolate({ STREAMS_MAX: "1" });
    const first = await stream(small);
    const second = await stream(small);
    expect(first.isEnded).toBe(false);
    expect(second.response.status).toBe(200);
    expect(second.isEnded).toBe(true);
    expect(second.lastEventId).toBe(first.lastEventId);
    expect(second.retryMs).toBeGreaterThanOrEqual(20_000);
    const version = await change(small);
    const again = await stream(small, { "last-event-id": second.lastEventId ?? "" });
    expect(again.versions).toEqual([version]);
    await first.leave();
    expect((await stream(small)).isEnded).toBe(false);
  });
});
