import { afterAll, beforeAll, describe, test } from "vitest";
import { mintKey } from "../../../../src/ops/token.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../../support/project.ts";

describe("OFREP, keys and origins", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
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

  test("a forged, mistyped, foreign or missing key is a 401 that uses no backend", async ({ expect }) => {
    const other = await mintKey("another deployment's secret, just as long", "server", "production");
    const flipped = project.serverKey.slice(0, -1) + (project.serverKey.endsWith("0") ? "1" : "0");
    await isolate.settled();
    project.resetStats();
    for (const key of ["nonsense", flipped, other.token, `${project.serverKey}x`, "bgs_production_a_b_c"]) {
      const { status, json } = await post("/plain", "{}", { authorization: `Bearer ${key}` });
      expect(status).toBe(401);
      expect(json).toMatchObject({ key: "plain", errorCode: "GENERAL", metadata: {} });
    }
    expect((await post("/plain", "{}", { authorization: "" })).status).toBe(401);
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("a key with a valid MAC that the environment does not have is refused", async ({ expect }) => {
    const { token } = await mintKey(KEY_SECRET, "server", "production");
    expect((await post("/plain", "{}", { authorization: `Bearer ${token}` })).status).toBe(401);
    const elsewhere = await mintKey(KEY_SECRET, "server", "nowhere");
    expect((await post("/plain", "{}", { authorization: `Bearer ${elsewhere.token}` })).status).toBe(401);
  });

  test("an admin token evaluates nothing", async ({ expect }) => {
    expect((await post("/plain", "{}", { authorization: `Bearer ${project.adminToken}` })).status).toBe(403);
  });

  test("takes the key from X-API-Key as well", async ({ expect }) => {
    const response = await isolate.fetch("/ofrep/v1/evaluate/flags/plain", {
      method: "POST",
      headers: { "x-api-key": project.clientKey },
    });
    expect(response.status).toBe(200);
  });

  test("takes the key from X-API-Key if Authorization has another scheme, and never from both", async ({ expect }) => {
    const ask = async (authorization: string) =>
      (await post("/plain", "{}", { authorization, "x-api-key": project.clientKey })).status;
    expect(await ask("Basic c3RhZ2luZzpzdGFnaW5n")).toBe(200);
    expect(await ask("bearer nonsense")).toBe(401);
    expect((await post("/plain", "{}", { authorization: `bearer  ${project.serverKey} ` })).status).toBe(200);
    expect((await post("/plain", "{}", { authorization: project.serverKey })).status).toBe(401);
  });

  test("a preflight needs no authentication", async ({ expect }) => {
    const response = await isolate.fetch("/ofrep/v1/evaluate/flags", {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("if-none-match");
  });

  test("pages of other origins can read every response, including errors", async ({ expect }) => {
    for (const response of [
      await post("", "{}"),
      await post("/nope", "{}"),
      await post("/plain", "{", { authorization: "Bearer x" }),
    ]) {
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-expose-headers")).toContain("ETag, Retry-After");
    }
  });

  test("a client key with origins is refused from others", async ({ expect }) => {
    const limited = await mintKey(KEY_SECRET, "client", "production");
    await project.backends.neon.query(
      "insert into sdk_keys (id, environment, kind, name, secret_hash, origins) values ($1, 'production', 'client', 'web', $2, $3)",
      [limited.id, limited.secretHash, "{https://shop.example}"],
    );
    await isolate.services.sweep(() => undefined);
    await clock.advance(1001);
    const from = (origin: string) => post("/plain", "{}", { authorization: `Bearer ${limited.token}`, origin });
    expect((await from("https://shop.example")).status).toBe(200);
    expect((await from("https://evil.example")).status).toBe(403);
  });

  test("a revoked key stops working within a second of the purge", async ({ expect }) => {
    const doomed = await mintKey(KEY_SECRET, "server", "production");
    const auth = { authorization: `Bearer ${doomed.token}` };
    await project.backends.neon.query(
      "insert into sdk_keys (id, environment, kind, name, secret_hash) values ($1, 'production', 'server', 'doomed', $2)",
      [doomed.id, doomed.secretHash],
    );
    await isolate.services.sweep(() => undefined);
    await clock.advance(1001);
    expect((await post("/plain", "{}", auth)).status).toBe(200);
    await project.backends.neon.query("update sdk_keys set revoked_at = now() where id = $1", [doomed.id]);
    await isolate.services.sweep(() => undefined);
    await clock.advance(1001);
    await post("/plain", "{}"); // the head check may finish after the response
    await isolate.settled();
    expect((await post("/plain", "{}", auth)).status).toBe(401);
  });
});
