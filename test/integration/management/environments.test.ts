import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const ENVIRONMENTS = "/api/v1/environments";

describe("environments and shared definitions", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("shared", { description: "Shared", tags: ["a"] }));
  });
  afterAll(() => t.close());

  test("a copy starts with the flags of its origin, and then changes independently", async ({ expect }) => {
    const created = await t.call("POST", ENVIRONMENTS, { key: "staging", name: "Staging", copyFrom: "production" });
    expect(created).toMatchObject({
      status: 201,
      body: { published: { redis: true }, environment: { key: "staging", name: "Staging" } },
    });
    await t.call("PATCH", `${ENVIRONMENTS}/staging/flags/shared`, { enabled: false });
    expect((await t.call("GET", `${ENVIRONMENTS}/staging/flags/shared`)).body.enabled).toBe(false);
    expect((await t.call("GET", `${FLAGS}/shared`)).body.enabled).toBe(true);
    const { body } = await t.call("GET", ENVIRONMENTS);
    expect(body.items.map((environment: { key: string }) => environment.key)).toEqual(["production", "staging"]);
  });

  test("refuses an existing key, an unknown origin and an invalid key", async ({ expect }) => {
    expect((await t.call("POST", ENVIRONMENTS, { key: "production" })).status).toBe(409);
    expect(await t.call("POST", ENVIRONMENTS, { key: "new", copyFrom: "nowhere" })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/copyFrom" }] },
    });
    expect(await t.call("POST", ENVIRONMENTS, { key: "Not A Key" })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/key" }] },
    });
    for (const path of ["nowhere", "Not%20A%20Key"])
      expect((await t.call("GET", `${ENVIRONMENTS}/${path}`)).status).toBe(404);
  });

  test("renames", async ({ expect }) => {
    expect((await t.call("PATCH", `${ENVIRONMENTS}/production`, { name: "Live" })).status).toBe(200);
    expect((await t.call("GET", `${ENVIRONMENTS}/production`)).body).toMatchObject({ key: "production", name: "Live" });
    expect((await t.call("PATCH", `${ENVIRONMENTS}/production`, { key: "other" })).status).toBe(422);
  });

  test("a change of a definition reaches every environment, but not that of a configuration", async ({ expect }) => {
    await t.evaluate("shared");
    const patched = await t.call("PATCH", "/api/v1/flags/shared", { metadata: { owner: "growth" }, tags: ["b"] });
    expect(patched).toMatchObject({
      status: 200,
      body: { environments: { production: { published: { redis: true } }, staging: { published: { redis: true } } } },
    });
    expect(await t.evaluate("shared")).toMatchObject({ body: { metadata: { owner: "growth" } } });
    const { body } = await t.call("GET", "/api/v1/flags/shared");
    expect(body).toMatchObject({
      key: "shared",
      tags: ["b"],
      description: "Shared",
      environments: { production: { enabled: true }, staging: { enabled: false } },
    });
    expect((await t.call("PATCH", "/api/v1/flags/shared", { tags: ["b"] })).body).toEqual({ environments: {} });
  });

  test("a definition must fit the configurations of all environments", async ({ expect }) => {
    expect(await t.call("PATCH", "/api/v1/flags/shared", { enabled: false })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/enabled" }] },
    });
    const missing = await t.call("PATCH", "/api/v1/flags/shared", { variants: { on: null, yes: true } });
    expect(missing.status).toBe(422);
    expect(missing.body.errors[0].detail).toContain("production");
    expect((await t.call("PATCH", "/api/v1/flags/shared", { type: "string" })).status).toBe(422);
    expect((await t.call("PATCH", "/api/v1/flags/unknown", { tags: [] })).status).toBe(404);
  });

  test("lists definitions with the environments that configure them", async ({ expect }) => {
    const { body } = await t.call("GET", "/api/v1/flags?search=shar");
    expect(body).toMatchObject({
      items: [{ key: "shared", environments: ["production", "staging"] }],
      nextCursor: null,
    });
    expect((await t.call("GET", "/api/v1/flags?kind=switch")).body.items).toEqual([]);
  });

  test("deleting a definition deletes the flag everywhere", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("short-lived"));
    expect((await t.call("DELETE", "/api/v1/flags/short-lived")).body.environments).toHaveProperty("production");
    expect((await t.evaluate("short-lived")).status).toBe(404);
    expect((await t.call("DELETE", "/api/v1/flags/short-lived")).status).toBe(404);
  });

  test("deleting an environment needs confirmation, and removes its keys and responses", async ({ expect }) => {
    const created = await t.call("POST", ENVIRONMENTS, { key: "brief", copyFrom: "production" });
    const { token } = (await t.call("POST", `${ENVIRONMENTS}/brief/keys`, { kind: "server" })).body;
    const evaluate = () => send(t.isolate, token, "POST", "/ofrep/v1/evaluate/flags/shared", {});
    expect((await evaluate()).status).toBe(200);
    expect((await t.call("DELETE", `${ENVIRONMENTS}/brief`)).status).toBe(428);
    expect((await t.call("DELETE", `${ENVIRONMENTS}/brief?confirm=production`)).status).toBe(428);
    expect((await t.call("DELETE", `${ENVIRONMENTS}/brief`, undefined, { "if-match": "*" })).status).toBe(428);
    const stale = await t.call("DELETE", `${ENVIRONMENTS}/brief`, undefined, {
      "if-match": created.headers.get("etag") ?? "",
    });
    expect(stale).toMatchObject({ status: 412, body: { version: created.body.version + 1 } });
    expect((await t.call("DELETE", `${ENVIRONMENTS}/brief?confirm=brief`)).status).toBe(200);
    expect((await t.call("GET", `${ENVIRONMENTS}/brief`)).status).toBe(404);
    expect((await evaluate()).status).toBe(401);
  });
});
