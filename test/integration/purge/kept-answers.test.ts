import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { MapEdgeCache } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

/** Isolates of a data centre that keeps responses to GET, while every purge is lost. */
describe("responses kept at the data centre", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let purge: PurgeEndpoint;
  let edge: MapEdgeCache;
  let bindings: Record<string, string>;
  let first: number;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    purge = await startPurgeEndpoint();
    bindings = {
      ...project.bindings,
      CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
      CF_PURGE_TOKEN: purge.token,
      CF_API_URL: `${purge.url}/client/v4`,
    };
  });
  afterAll(async () => {
    await purge.close();
    await project.close();
  });
  beforeEach(async () => {
    edge = new MapEdgeCache(clock.now);
    first = await project.save({ key: "banner", enabled: true });
    await project.backends.upstash.command("FLUSHALL");
  });

  const start = () => startIsolate(bindings, clock, { openCache: edge.open });
  const ask = async (isolate: Isolate, method: "GET" | "POST", headers: Record<string, string> = {}) => {
    const path = method === "GET" ? "/flags/banner" : "/ofrep/v1/evaluate/flags/banner";
    const authorization = `Bearer ${project.serverKey}`;
    const body = method === "POST" ? "{}" : null;
    const response = await isolate.fetch(path, { method, headers: { authorization, ...headers }, body });
    await isolate.settled();
    const { value } = (await response.json()) as { value: unknown };
    const isKept = response.headers.get("cache-status") === "Burgee-Edge; hit";
    return { value, isKept, version: Number(response.headers.get("x-flags-version")) };
  };

  test("serve an isolate that knows no version, or the same one", async ({ expect }) => {
    const [maker, other] = [start(), start()];
    expect(await ask(maker, "GET")).toEqual({ value: true, isKept: false, version: first });
    expect(await ask(other, "GET")).toEqual({ value: true, isKept: true, version: first });
    await clock.advance(1001);
    expect(await ask(maker, "GET")).toEqual({ value: true, isKept: true, version: first });
  });

  test("do not take an isolate back to a version before one that it has served", async ({ expect }) => {
    const [maker, other] = [start(), start()];
    await ask(maker, "GET");
    const version = await project.save({ key: "banner", enabled: false });
    await ask(other, "POST", { "x-flags-min-version": String(version) });
    await clock.advance(1001);
    expect(await ask(other, "GET")).toEqual({ value: false, isKept: false, version });
  });

  test("set the lowest version of an isolate that serves one", async ({ expect }) => {
    const [maker, other] = [start(), start()];
    await ask(maker, "POST");
    const version = await project.save({ key: "banner", enabled: false });
    // Redis stays behind, because this read cannot fill it.
    project.backends.upstash.setFaults({ down: true });
    await ask(maker, "GET", { "cache-control": "no-cache" });
    project.backends.upstash.setFaults({});
    expect(await ask(other, "GET")).toEqual({ value: false, isKept: true, version });
    expect(await ask(other, "POST")).toEqual({ value: false, isKept: false, version });
  });
  test("do not stop the isolate's own head check, once a second after a response", async ({ expect }) => {
    const [maker, other] = [start(), start()];
    await ask(maker, "GET");
    const checked = () => other.services.tiers.l1.environment("production").checkedAt;
    expect((await ask(other, "GET")).isKept).toBe(true);
    expect(checked()).toBe(clock.now());
    const version = await project.save({ key: "banner", enabled: false });
    await maker.services.sweep(() => undefined);
    await clock.advance(900);
    expect((await ask(other, "GET")).isKept).toBe(true);
    expect(checked()).toBe(clock.now() - 900);
    // By now the data centre has lost the head, but not the responses.
    await clock.advance(31_000);
    expect(await ask(other, "GET")).toEqual({ value: true, isKept: true, version: first });
    expect(checked()).toBe(clock.now());
    expect(await ask(other, "GET")).toEqual({ value: false, isKept: false, version });
  });
});
