import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

describe("OFREP", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  /** The version of the flag `ratio`. */
  let ratioVersion: number;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
    await project.save({ key: "off", enabled: false });
    await project.save({ key: "valueless", enabled: false, offVariant: null });
    ratioVersion = await project.save({
      key: "ratio",
      type: "float",
      variants: { whole: 10, half: 0.5 },
      offVariant: "half",
      default: { variant: "whole" },
      metadata: { owner: "growth", tier: 2, beta: true },
    });
    await project.save({
      key: "count",
      type: "integer",
      variants: { ten: 10 },
      offVariant: "ten",
      default: { variant: "ten" },
    });
    await project.save({ key: "internal", clientVisible: false });
    await project.save({
      key: "strict",
      default: {
        rollout: {
          by: ["targetingKey"],
          salt: "strict",
          hash: "murmur3-mulshift",
          weights: [
            ["on", 50_000],
            ["off", 50_000],
          ],
          onMissingKey: "error",
        },
      },
    });
    await project.save({
      key: "by-plan",
      rules: [
        { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "off" } },
      ],
    });
    isolate = startIsolate(project.bindings, clock);
  });
  afterAll(() => project.close());

  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await isolate.fetch(`/ofrep/v1/evaluate/flags${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, "content-type": "application/json", ...headers },
      body,
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      json: text === "" ? undefined : (JSON.parse(text) as unknown),
      headers: response.headers,
    };
  };

  test("returns key, value, reason, variant and metadata", async ({ expect }) => {
    const { status, text, headers } = await post("/ratio", '{"context":{"targetingKey":"u1"}}');
    expect(status).toBe(200);
    expect(text).toBe(
      '{"key":"ratio","value":10.0,"reason":"STATIC","variant":"whole","metadata":' +
        `{"beta":true,"flagSetId":"production","owner":"growth","tier":2,"version":"${ratioVersion}"}}`,
    );
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(Number(headers.get("x-flags-version"))).toBeGreaterThan(0);
  });

  test("keeps floats apart from integers on the wire", async ({ expect }) => {
    expect((await post("/ratio", "")).text).toContain('"value":10.0,');
    expect((await post("/count", "")).text).toContain('"value":10,');
  });

  test("a disabled flag serves its off variant, or no value if the caller's default applies", async ({ expect }) => {
    expect((await post("/off", "{}")).json).toEqual({
      key: "off",
      value: false,
      reason: "DISABLED",
      variant: "off",
      metadata: { flagSetId: "production", version: expect.any(String) },
    });
    expect((await post("/valueless", "{}")).json).toEqual({
      key: "valueless",
      reason: "DISABLED",
      variant: "",
      metadata: { flagSetId: "production", version: expect.any(String) },
    });
  });

  test.for([
    "",
    "{}",
    '{"context":{}}',
    '{"context":null}',
    '{"context":{"targetingKey":""}}',
    '{"context":{"targetingKey":null}}',
  ])("reads %j as an empty context", async (body, { expect }) => {
    expect((await post("/plain", body)).status).toBe(200);
  });

  test.for(["{}", '{"context":{"targetingKey":null}}'])(
    "a missing targeting key is an error if the flag needs one: %s",
    async (body, { expect }) => {
      const { status, json } = await post("/strict", body);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        key: "strict",
        errorCode: "TARGETING_KEY_MISSING",
        errorDetails: expect.any(String),
        metadata: {},
      });
    },
  );

  test.for([
    ["{", 400, "PARSE_ERROR"],
    ["[]", 400, "PARSE_ERROR"],
    ['"text"', 400, "PARSE_ERROR"],
    ['{"context":[]}', 400, "INVALID_CONTEXT"],
    ['{"context":"u1"}', 400, "INVALID_CONTEXT"],
    ['{"context":{"targetingKey":7}}', 400, "INVALID_CONTEXT"],
    ['{"context":{"__proto__":{"plan":"pro"}}}', 400, "INVALID_CONTEXT"],
    ['{"context":{"a":{"__proto__":1}}}', 400, "INVALID_CONTEXT"],
    [`{"context":${'{"a":'.repeat(40)}1${"}".repeat(40)}}`, 400, "INVALID_CONTEXT"],
    [`{"context":{"list":[${"1,".repeat(600)}1]}}`, 400, "INVALID_CONTEXT"],
    [`{"context":{"a":"${"x".repeat(70_000)}"}}`, 413, "GENERAL"],
  ] as const)(
    "refuses the body %.60j with %i %s, in the shape of each route",
    async ([body, status, errorCode], { expect }) => {
      const one = await post("/plain", body);
      expect(one.status).toBe(status);
      expect(one.json).toEqual({ key: "plain", errorCode, errorDetails: expect.any(String), metadata: {} });
      const all = await post("", body);
      expect(all.status).toBe(status);
      expect(all.json).toEqual({ errorCode, errorDetails: expect.any(String) });
      expect(one.headers.get("x-request-id")).toBeTruthy();
    },
  );

  test("an unknown flag, an invalid key and a hidden flag are the same 404", async ({ expect }) => {
    const bodies = [];
    for (const key of ["nope", "%F0%9F%A6%84", "internal"]) {
      const { status, json } = await post(`/${key}`, "{}", { authorization: `Bearer ${project.clientKey}` });
      expect(status).toBe(404);
      bodies.push(Object.keys(json as object));
      expect(json).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
    }
    expect(new Set(bodies.map(String)).size).toBe(1);
    expect((await post("/internal", "{}")).status).toBe(200);
  });

  test("bulk returns every flag that the key may see, sorted", async ({ expect }) => {
    const keysOf = (json: unknown) => (json as { flags: { key: string }[] }).flags.map(({ key }) => key);
    const all = keysOf((await post("", "{}")).json);
    expect(all).toEqual(["by-plan", "count", "internal", "off", "plain", "ratio", "strict", "valueless"]);
    const visible = keysOf((await post("", "{}", { authorization: `Bearer ${project.clientKey}` })).json);
    expect(visible).toEqual(all.filter((key) => key !== "internal"));
  });

  test("one broken flag does not fail the bulk request", async ({ expect }) => {
    const { status, json } = await post("", "{}");
    expect(status).toBe(200);
    expect((json as { flags: unknown[] }).flags).toContainEqual({
      key: "strict",
      errorCode: "TARGETING_KEY_MISSING",
      errorDetails: expect.any(String),
      metadata: {},
    });
  });

  test("the ETag depends on the content: the same flags give a 304, another context a 200", async ({ expect }) => {
    const free = JSON.stringify({ context: { targetingKey: "u1", plan: "free" } });
    const pro = JSON.stringify({ context: { targetingKey: "u1", plan: "pro" } });
    const etag = (await post("", free)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{16}"$/);
    for (const form of [etag, `W/${etag}`, etag.slice(1, -1), `"other", ${etag}`, "*"]) {
      const { status, text, headers } = await post("", free, { "if-none-match": form });
      expect([status, text]).toEqual([304, ""]);
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("etag")).toBe(etag);
    }
    expect((await post("", pro, { "if-none-match": etag })).status).toBe(200);
  });

  test("responses are the same to the byte each time", async ({ expect }) => {
    expect((await post("", "{}")).text).toBe((await post("", "{}")).text);
  });

  test("a slow Redis gets more time for a whole environment than for one flag", async ({ expect }) => {
    await post("", "{}"); // fills Redis
    await isolate.settled();
    // Longer than the time for one flag, and much shorter than the second that a whole environment may take.
    const cold = startIsolate(project.bindings, clock, { redisTimeoutMs: 50 });
    project.backends.upstash.setFaults({ latencyMs: 100 });
    try {
      const ask = async (path: string) => {
        const headers = { authorization: `Bearer ${project.serverKey}` };
        const response = await cold.fetch(`/ofrep/v1/evaluate/flags${path}`, { method: "POST", headers, body: "{}" });
        return response.headers.get("cache-status");
      };
      expect(await ask("/plain")).toContain("stored");
      expect(await ask("")).toBe("Burgee-L1; fwd=miss, Burgee-L2; hit");
    } finally {
      project.backends.upstash.setFaults({});
      await cold.settled();
    }
  });
});
