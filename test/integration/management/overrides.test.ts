import { afterAll, beforeAll, describe, test } from "vitest";
import { mintKey } from "../../../src/ops/token.ts";
import { KEY_SECRET } from "../../support/project.ts";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const OVERRIDES = `${ENVIRONMENT}/overrides`;

describe("signing overrides", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("checkout"));
    await t.call("POST", FLAGS, aFlagBody("search"));
  });
  afterAll(() => t.close());

  test("needs an environment that allows them, and none does by default", async ({ expect }) => {
    expect((await t.call("GET", ENVIRONMENT)).body.overridesAllowed).toBe(false);
    expect(await t.call("POST", OVERRIDES, { flags: { checkout: "on" } })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("overridesAllowed") },
    });
    const { body } = await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
    expect(body).toMatchObject({
      published: { redis: true },
      environment: { key: "production", name: "production", overridesAllowed: true },
    });
    expect((await t.call("GET", ENVIRONMENT)).body).toMatchObject({ overridesAllowed: true, version: body.version });
    const { items } = (await t.call("GET", `${ENVIRONMENT}/audit?entity=environment`)).body;
    expect(items[0]).toMatchObject({ action: "update", version: body.version, before: { overridesAllowedAt: null } });
    expect(items[0].after.overridesAllowedAt).toEqual(expect.any(String));
    expect(items[0].actor).toBe(`key:${t.project.adminToken.split("_")[2]}`);
    // Setting the same value again must not raise the version.
    expect((await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true })).body.version).toBe(body.version);
    expect((await t.call("PATCH", ENVIRONMENT, { name: "Live" })).body.environment).toMatchObject({
      name: "Live",
      overridesAllowed: true,
    });
  });

  test("returns the token, its creator and its expiry", async ({ expect }) => {
    const { status, body } = await t.call("POST", OVERRIDES, {
      flags: { checkout: "on", search: "off" },
      expiresInSeconds: 7200,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^bgo_production_[A-Za-z0-9_-]+_[0-9a-f]{32}$/),
      environment: "production",
      flags: { checkout: "on", search: "off" },
      expiresAt: new Date(t.clock.now() + 7_200_000).toISOString(),
      madeBy: t.project.adminToken.split("_")[2],
    });
    const byDefault = (await t.call("POST", OVERRIDES, { flags: { checkout: "on" } })).body;
    expect(byDefault.expiresAt).toBe(new Date(t.clock.now() + 3_600_000).toISOString());
  });

  test("refuses an override that would be ignored later, and names the field", async ({ expect }) => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, "on"]));
    const refused: [body: object, pointer: string, detail: string][] = [
      [{ flags: { nothing: "on" } }, "/flags/nothing", "is not a flag of this environment"],
      [{ flags: { checkout: "maybe" } }, "/flags/checkout", "must be one of its variants: on, off"],
      [{ flags: { checkout: "toString" } }, "/flags/checkout", "must be one of its variants: on, off"],
      [{ flags: { checkout: true } }, "/flags/checkout", "must be the name of a variant"],
      [{ flags: {} }, "/flags", "must name 1 to 50 flags"],
      [{ flags: many }, "/flags", "must name 1 to 50 flags"],
      [{}, "/flags", "is required"],
    ];
    for (const seconds of [0, 59, 604_801, 60.5, "60"]) {
      const body = { flags: { checkout: "on" }, expiresInSeconds: seconds };
      refused.push([body, "/expiresInSeconds", "must be a whole number of seconds from 60 to 604800"]);
    }
    for (const [body, pointer, detail] of refused) {
      expect(await t.call("POST", OVERRIDES, body), JSON.stringify(body)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer, detail }] },
      });
    }
    expect((await t.call("POST", "/api/v1/environments/nowhere/overrides", { flags: { a: "on" } })).status).toBe(404);
    for (const patch of [{}, { overridesAllowed: "yes" }]) {
      expect((await t.call("PATCH", ENVIRONMENT, patch)).status, JSON.stringify(patch)).toBe(422);
    }
  });

  test("refuses more than a cookie can hold", async ({ expect }) => {
    const keys = Array.from({ length: 30 }, (_, i) => `${"long-".repeat(20)}${i}`);
    for (const key of keys) await t.call("POST", FLAGS, aFlagBody(key));
    const flags = Object.fromEntries(keys.map((key) => [key, "on"]));
    expect(await t.call("POST", OVERRIDES, { flags })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/flags", detail: expect.stringContaining("must be fewer") }] },
    });
  });

  test("needs an admin token that may write", async ({ expect }) => {
    const { token, id, secretHash } = await mintKey(KEY_SECRET, "admin", "read");
    await t.project.backends.neon.query(
      "insert into sdk_keys (id, kind, role, name, secret_hash) values ($1, 'admin', 'read', 'r', $2)",
      [id, secretHash],
    );
    for (const key of [token, t.project.serverKey, t.project.clientKey]) {
      expect((await send(t.isolate, key, "POST", OVERRIDES, { flags: { checkout: "on" } })).status).toBe(403);
    }
  });
});
