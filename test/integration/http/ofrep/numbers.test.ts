import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";
import { send } from "../../management/client.ts";

/** The value as an application writes it, and as every client must see it. */
const CASES: [type: "integer" | "float" | "object", written: string, rendered: string][] = [
  ["float", "10.0", "10.0"],
  ["float", "10", "10.0"],
  ["float", "0", "0.0"],
  ["float", "-0.0", "0.0"],
  ["float", "-3", "-3.0"],
  ["float", "0.1", "0.1"],
  ["float", "0.30000000000000004", "0.30000000000000004"],
  ["float", "1e21", "1e+21"],
  ["float", "100000000000000000000", "100000000000000000000.0"],
  ["float", "1e-7", "1e-7"],
  ["float", "5e-324", "5e-324"],
  ["float", "1.7976931348623157e308", "1.7976931348623157e+308"],
  ["integer", "10", "10"],
  ["integer", "10.0", "10"],
  ["integer", "-2147483648", "-2147483648"],
  ["integer", "9007199254740991", "9007199254740991"],
  ["integer", "-0", "0"],
  // Inside objects, JSON has only one kind of number, and a whole number is written without a point.
  [
    "object",
    '{"ratio":0.5,"whole":10.0,"list":[1,1.5,9007199254740991]}',
    '{"list":[1,1.5,9007199254740991],"ratio":0.5,"whole":10}',
  ],
];

describe("numbers", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    isolate = start();
    for (const [i, [type, written]] of CASES.entries()) {
      const body = `{"key":"n${i}","type":"${type}","variants":{"v":${written}},"enabled":true,"default":{"variant":"v"}}`;
      const path = "/api/v1/environments/production/flags";
      const response = await send(isolate, project.adminToken, "POST", path, body, {
        "content-type": "application/json",
      });
      if (response.status !== 201) throw new Error(JSON.stringify(response.body));
    }
    await isolate.settled();
  });
  afterAll(() => project.close());

  const start = (bindings: Record<string, string> = {}) =>
    startIsolate({ ...project.bindings, WRITES_PER_SECOND: "0", ...bindings }, clock);
  const valueOf = (text: string) => /"value":(.*),"reason"/.exec(text)?.[1];

  test("keep the form of their type from every tier, alone and in bulk, over POST and GET", async ({ expect }) => {
    const headers = { "x-api-key": project.serverKey };
    const sources = new Set<string>();
    for (const worker of [start({ UPSTASH_REDIS_REST_URL: "" }), start()]) {
      for (const [i, [type, written, rendered]] of CASES.entries()) {
        for (const path of [`/ofrep/v1/evaluate/flags/n${i}`, `/ofrep/v1/evaluate/flags/n${i}`, `/flags/n${i}`]) {
          const response = await worker.fetch(path, { method: path.startsWith("/flags") ? "GET" : "POST", headers });
          expect(valueOf(await response.text()), `${type} ${written}`).toBe(rendered);
          sources.add(response.headers.get("cache-status")?.split(", ").at(-1) ?? "");
        }
        await worker.settled();
      }
    }
    expect(sources).toEqual(new Set(["Burgee-L2; fwd=miss; stored", "Burgee-L2; hit", "Burgee-L1; hit"]));
    const bulk = await (await start().fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers })).text();
    for (const [i, [, , rendered]] of CASES.entries()) expect(bulk).toContain(`{"key":"n${i}","value":${rendered},`);
  });

  test.for([
    ["integer", "1.5"],
    ["integer", "9007199254740993"],
    ["integer", "1e300"],
    ["float", "1e999"],
  ])("a value that does not fit its type is refused on write: %s %s", async ([type, written], { expect }) => {
    const body = `{"key":"bad","type":"${type}","variants":{"v":${written}},"enabled":true,"default":{"variant":"v"}}`;
    const path = "/api/v1/environments/production/flags";
    const response = await send(isolate, project.adminToken, "POST", path, body, {
      "content-type": "application/json",
    });
    expect(response.status).toBe(422);
    expect(response.body.errors[0].pointer).toBe("/variants/v");
  });

  test("metadata holds only 32-bit whole numbers", async ({ expect }) => {
    const path = "/api/v1/environments/production/flags";
    for (const [number, status] of [
      [2_147_483_647, 201],
      [2_147_483_648, 422],
      [1.5, 422],
    ]) {
      const flag = {
        key: `m${number}`,
        type: "boolean",
        variants: { on: true },
        enabled: true,
        default: { variant: "on" },
      };
      const response = await send(isolate, project.adminToken, "POST", path, { ...flag, metadata: { number } });
      expect(response.status).toBe(status);
    }
  });

  test("keys have no character that URLs resolve, and tokens none that clients escape", async ({ expect }) => {
    const path = "/api/v1/environments/production/flags";
    for (const key of ["a b", "a%20b", "a\\b", "a?b", "a#b", "a,b", ".", "..", ""]) {
      const flag = { key, type: "boolean", variants: { on: true }, enabled: true, default: { variant: "on" } };
      expect((await send(isolate, project.adminToken, "POST", path, flag)).status, key).toBe(422);
    }
    for (const key of ["...", ".a", "~", "a".repeat(128), "a/b", "ä", "{a}", "a+b"]) {
      const flag = { key, type: "boolean", variants: { on: true }, enabled: true, default: { variant: "on" } };
      expect((await send(isolate, project.adminToken, "POST", path, flag)).status, key).toBe(201);
      const url = `/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`;
      expect((await send(isolate, project.serverKey, "POST", url)).body, key).toMatchObject({ key, value: true });
    }
    for (const token of [project.clientKey, project.serverKey]) expect(token).toMatch(/^[A-Za-z0-9._~-]+$/);
  });
});
