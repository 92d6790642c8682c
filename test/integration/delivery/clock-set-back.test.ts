import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { mintKey } from "../../../src/ops/token.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { EventStreamReader } from "../../support/event-stream.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, KEY_SECRET, startTestProject, type TestProject } from "../../support/project.ts";
import { send } from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const TEN_MINUTES = 600_000;

/** The clock of a machine is set back by ten minutes under a warm isolate. */
describe("a clock that is set back", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let writer: Isolate;
  let reader: Isolate;
  let isOn = true;
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
  });
  afterAll(() => project.close());
  beforeEach(async () => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    await clock.advance(2 * TEN_MINUTES);
    await project.backends.upstash.command("FLUSHALL");
    writer = start();
    reader = start();
    for (const path of ["/banner", ""]) await ask(path);
  });

  const start = (options = {}) => startIsolate(project.bindings, clock, options);
  const ask = async (path = "/banner", from = reader, key = project.serverKey) =>
    await send(from, key, "POST", OFREP + path, {});
  const change = async (): Promise<number> => {
    isOn = !isOn;
    const written = await saveFlag(project.db, "production", aFlag({ key: "banner", enabled: isOn }), { actor: "" });
    await writer.services.publisher.publish("production", written, () => undefined);
    return written.version;
  };
  /** Moves on in steps, in which streams and endpoints get their turn. */
  const pass = async (steps: number, ms = 1000): Promise<void> => {
    for (let i = 0; i < steps; i++) {
      await clock.advance(ms);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      await reader.settled();
    }
  };

  test("hides no change for longer than a second, for one flag and for all", async ({ expect }) => {
    for (const path of ["/banner", ""]) {
      await ask(path);
      clock.setBack(TEN_MINUTES);
      const version = await change();
      expect((await ask(path)).headers.get("x-flags-version")).toBe(String(version));
    }
  });

  test("costs one head check, and then the isolate is warm again", async ({ expect }) => {
    clock.setBack(TEN_MINUTES);
    await ask("");
    project.resetStats();
    for (let i = 0; i < 10; i++) for (const path of ["/banner", ""]) await ask(path);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    await clock.advance(1000);
    await ask();
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
  });

  test("makes no unknown SDK key wait for longer than a tenth of a second", async ({ expect }) => {
    const unknown = async () => (await mintKey(KEY_SECRET, "server", "production")).token;
    await ask("", reader, await unknown());
    clock.setBack(TEN_MINUTES);
    expect((await ask("", reader, await unknown())).status).toBe(401);
  });

  test("makes /readyz probe again at once", async ({ expect }) => {
    await send(reader, undefined, "GET", "/readyz");
    clock.setBack(TEN_MINUTES);
    project.resetStats();
    await send(reader, undefined, "GET", "/readyz");
    expect(project.roundTrips()).toEqual({ l2: 1, l3: 1 });
  });

  test("does not keep an isolate from looking for a snapshot, or from renewing one", async ({ expect }) => {
    const edge = new MapEdgeCache(clock.now);
    const cold = start({ openCache: edge.open });
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    expect((await ask("", cold)).status).toBe(503);
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    clock.setBack(TEN_MINUTES);
    await ask("", start({ openCache: edge.open }));
    expect(edge.environments()).toHaveLength(1);
    project.backends.upstash.setFaults({ down: true });
    project.backends.neon.setFaults({ down: true });
    expect((await ask("", cold)).status).toBe(200);
  });

  test("does not put off the check behind a response that the data centre had stored", async ({ expect }) => {
    const { source } = reader.services;
    const scope = { waitUntil: (promise: Promise<unknown>) => void checks.push(promise) };
    const checks: Promise<unknown>[] = [];
    const version = source.knownVersion("production");
    const adopt = async () => {
      project.resetStats();
      source.adoptVersion("production", version, scope);
      await Promise.all(checks);
      return project.roundTrips().l2;
    };
    await clock.advance(2000);
    expect([await adopt(), await adopt()]).toEqual([1, 0]);
    clock.setBack(TEN_MINUTES);
    expect([await adopt(), await adopt()]).toEqual([1, 0]);
  });

  test("does not keep an isolate from renewing a snapshot", async ({ expect }) => {
    const edge = new MapEdgeCache(clock.now);
    const isolate = start({ openCache: edge.open });
    await ask("", isolate);
    clock.setBack(TEN_MINUTES);
    await change();
    await ask("", isolate);
    expect(edge.environments().length).toBeGreaterThan(1);
  });

  test("delays no event of a stream, and ends a stream that would live longer", async ({ expect }) => {
    const stream = new EventStreamReader(await reader.fetch(`/ofrep/v1/stream?key=${project.clientKey}`));
    for (let i = 0; i < 33; i++) await pass(1, 20_000);
    const first = await change();
    await pass(3);
    expect(stream.versions.at(-1)).toBe(first);
    clock.setBack(TEN_MINUTES);
    const second = await change();
    await pass(5);
    expect(stream.versions.at(-1)).toBe(second);
    const comments = () => stream.frames.filter(({ comment }) => comment !== undefined).length;
    const before = comments();
    await pass(45);
    expect(comments() - before).toBeGreaterThanOrEqual(2);
    // Now the stream seems to begin in the future. Its client reopens it.
    clock.setBack(TEN_MINUTES);
    await pass(25);
    expect([stream.isEnded, stream.retryMs]).toEqual([true, 100]);
  });
});
