import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { EventStreamReader } from "../../../support/event-stream.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../../support/project.ts";

const PATH = "/api/v1/environments/production/stream";

describe("a stream of several environments", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  const open: EventStreamReader[] = [];
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (const key of ["staging", "preview", "gone"])
      await project.backends.neon.query("insert into environments (key, name) values ($1, $1)", [key]);
    for (const environment of ["production", "staging", "preview"]) await save(environment);
    isolate = startIsolate(project.bindings, clock);
  });
  afterEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await Promise.all(open.splice(0).map((reader) => reader.leave()));
  });
  afterAll(() => project.close());

  const save = (environment: string, enabled = true) =>
    saveFlag(project.db, environment, aFlag({ key: "banner", enabled }), { actor: "" });
  /** Waits for the responses of the endpoints. */
  const quiet = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    await isolate.settled();
  };
  const seconds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await clock.advance(1000);
      await quiet();
    }
  };
  const follow = async (query: string, init: RequestInit = {}, on = isolate): Promise<EventStreamReader> => {
    const headers = { authorization: `Bearer ${project.adminToken}` };
    const reader = new EventStreamReader(await on.fetch(`${PATH}${query}`, { headers, ...init }));
    open.push(reader);
    await quiet();
    return reader;
  };
  const changesOf = ({ frames }: EventStreamReader): { environment: string; version: number }[] =>
    frames.filter(({ event }) => event === "change").map(({ data = "" }) => JSON.parse(data));
  const environmentsOf = (reader: EventStreamReader) =>
    changesOf(reader)
      .map(({ environment }) => environment)
      .toSorted();

  test("begins with the version of each, and tells a change of any within two seconds", async ({ expect }) => {
    const reader = await follow("?also=staging,preview");
    expect(environmentsOf(reader)).toEqual(["preview", "production", "staging"]);
    const writer = startIsolate(project.bindings, clock);
    for (const environment of ["preview", "production"]) {
      const before = changesOf(reader).length;
      const written = await save(environment, false);
      await writer.services.publisher.publish(environment, written, () => undefined);
      await seconds(2);
      expect(changesOf(reader).slice(before)).toEqual([{ environment, version: written.version }]);
    }
  });

  test("takes one place of the isolate, and gives it back when its client leaves", async ({ expect }) => {
    const small = startIsolate({ ...project.bindings, STREAMS_MAX: 1 }, clock);
    const only = await follow("?also=staging,preview", {}, small);
    expect([only.isEnded, environmentsOf(only).length]).toEqual([false, 3]);
    const second = await follow("?also=staging", {}, small);
    expect([second.isEnded, second.retryMs, environmentsOf(second)]).toEqual([true, 5000, ["production", "staging"]]);
    await only.leave();
    await quiet();
    expect((await follow("?also=staging", {}, small)).isEnded).toBe(false);
  });

  test("shares the lifetime of a stream between them, because each makes head checks", async ({ expect }) => {
    const short = startIsolate({ ...project.bindings, STREAM_LIFETIME_SECONDS: 15 }, clock);
    const [one, three] = [await follow("", {}, short), await follow("?also=staging,preview", {}, short)];
    await seconds(6);
    expect([one.isEnded, three.isEnded]).toEqual([false, true]);
    expect(three.retryMs).toBeLessThan(1000);
  });

  test("leaves out environments that do not exist, and ends when one is deleted", async ({ expect }) => {
    const reader = await follow("?also=nowhere,gone");
    expect(environmentsOf(reader)).toEqual(["gone", "production"]);
    await project.backends.neon.query("delete from environments where key = 'gone'");
    await startIsolate(project.bindings, clock).services.sweep(() => undefined);
    for (let i = 0; i < 40 && !reader.isEnded; i++) await seconds(1);
    expect(reader.isEnded).toBe(true);
    expect(environmentsOf(await follow("?also=gone"))).toEqual(["production"]);
  });

  test("stays open while Redis and Postgres are down, and then tells what has changed", async ({ expect }) => {
    const reader = await follow("?also=staging");
    const before = changesOf(reader).length;
    const written = await save("staging", false);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    await seconds(3);
    expect([reader.isEnded, changesOf(reader).length]).toEqual([false, before]);
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await startIsolate(project.bindings, clock).services.publisher.publish("staging", written, () => undefined);
    for (let i = 0; i < 40 && changesOf(reader).length === before; i++) await seconds(1);
    expect(changesOf(reader).at(-1)).toEqual({ environment: "staging", version: written.version });
  });

  test("without the other environments, begins with what a tier knows", async ({ expect }) => {
    const cold = startIsolate(project.bindings, clock);
    await follow("", { method: "HEAD" }, cold);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    expect(environmentsOf(await follow("?also=staging", {}, cold))).toEqual(["production"]);
  });

  test("has at most eight environments, named as environments are", async ({ expect }) => {
    const names = Array.from({ length: 8 }, (_, i) => `e${i}`);
    for (const also of [names.join(","), "", "Not%20a%20name", "staging,"])
      expect((await follow(`?also=${also}`)).response.status, also).toBe(400);
    expect((await follow(`?also=${names.slice(1).join(",")}`)).response.status).toBe(200);
  });
});
