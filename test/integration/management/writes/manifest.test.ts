import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const MANIFEST = "/openfeature/v0/manifest";
/** The headers of every request of OpenFeature's command line. */
const CLI = { accept: "application/json", "user-agent": "openfeature-cli/sync" };

describe("the manifest of OpenFeature's command line", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", "/api/v1/environments", { key: "staging" });
  });
  afterAll(() => t.close());

  const call = (method: string, path: string, body?: unknown) => t.call(method, MANIFEST + path, body, CLI);
  const flagOf = async (key: string) =>
    (await call("GET", "")).body.flags.find((flag: { key: string }) => flag.key === key);

  test("a pull gets every flag with a default, and what the token may do", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("with-off", { description: "Has an off variant" }));
    await t.call("POST", FLAGS, aFlagBody("with-fallback", { fallback: true }));
    const ratio = { type: "float", variants: { half: 0.5 }, default: { variant: "half" }, offVariant: null };
    await t.call("POST", FLAGS, aFlagBody("ratio", ratio));
    const json = { type: "json", variants: { text: "x" }, default: { variant: "text" }, offVariant: "text" };
    await t.call("POST", FLAGS, aFlagBody("any-json", json));
    const { status, headers, body } = await call("GET", "");
    expect([status, headers.get("x-manifest-capabilities")]).toEqual([200, "read,write,delete"]);
    expect(headers.get("content-type")).toContain("application/json");
    expect(body.flags).toEqual([
      { key: "any-json", type: "object", defaultValue: {} },
      { key: "ratio", type: "float", defaultValue: 0 },
      { key: "with-fallback", type: "boolean", defaultValue: true },
      { key: "with-off", type: "boolean", description: "Has an off variant", defaultValue: false },
    ]);
  });

  test("a push creates a flag that gives everyone its default, and repeating it is a 409", async ({ expect }) => {
    const flag = { key: "pushed", type: "float", defaultValue: 1.5, description: "From a manifest" };
    const created = await call("POST", "/flags", flag);
    expect(created).toMatchObject({ status: 201, body: { flag, updatedAt: expect.stringMatching(/Z$/) } });
    expect((await t.call("GET", "/api/v1/flags/pushed")).body).toMatchObject({
      fallback: 1.5,
      variants: { default: 1.5 },
      environments: { production: { enabled: false }, staging: { enabled: false } },
    });
    expect((await t.evaluate("pushed")).body).toMatchObject({ value: 1.5, reason: "DISABLED" });
    const again = await call("POST", "/flags", flag);
    expect(again).toMatchObject({ status: 409, body: { error: { status: 409, message: expect.any(String) } } });
    expect(await flagOf("pushed")).toEqual(flag);
  });

  test("a push changes the default and the description, and nothing else", async ({ expect }) => {
    await call("POST", "/flags", { key: "changed", type: "boolean", defaultValue: false, description: "Old" });
    await t.call("PATCH", `${FLAGS}/changed`, { enabled: true, default: { variant: "on" } });
    const flag = { key: "changed", type: "boolean", defaultValue: true };
    expect(await call("PUT", "/flags/changed", flag)).toMatchObject({ status: 200, body: { flag } });
    expect(await flagOf("changed")).toEqual(flag);
    expect((await t.evaluate("changed")).body).toMatchObject({ value: true, variant: "on" });
    const settings = { key: "settings", type: "object", defaultValue: { a: 1 } };
    await call("POST", "/flags", settings);
    const nested = { ...settings, description: "Now described", defaultValue: { a: null } };
    expect((await call("PUT", "/flags/settings", nested)).body.flag).toEqual(nested);
  });

  test("wrong requests are refused in the form that the command line reads", async ({ expect }) => {
    await call("POST", "/flags", { key: "kept", type: "string", defaultValue: "x" });
    const kept = { key: "kept", type: "string", defaultValue: "y" };
    const requests: [string, string, unknown, number, string?][] = [
      ["PUT", "/flags/kept", { ...kept, type: "integer", defaultValue: 1 }, 409],
      ["PUT", "/flags/kept", { ...kept, key: "other" }, 400, "key"],
      ["PUT", "/flags/kept", { key: "kept", defaultValue: "y" }, 400, "type"],
      ["PUT", "/flags/kept", { type: "string", defaultValue: "y" }, 400, "key"],
      ["PUT", "/flags/ghost", { ...kept, key: "ghost" }, 404],
      ["POST", "/flags", { key: "new", type: "string" }, 400, "defaultValue"],
      ["POST", "/flags", { key: "new", type: "integer", defaultValue: 1.5 }, 400, "defaultValue"],
      ["POST", "/flags", { key: "not a key", type: "string", defaultValue: "" }, 400, "key"],
      ["DELETE", "/flags/ghost", undefined, 404],
    ];
    for (const [method, path, body, status, field] of requests) {
      const name = `${method} ${path} ${JSON.stringify(body)}`;
      const response = await call(method, path, body);
      expect(response, name).toMatchObject({ status, body: { error: { status, message: expect.any(String) } } });
      if (field !== undefined) {
        expect(response.body.error.details, name).toContainEqual({
          field,
          code: "INVALID",
          message: expect.any(String),
        });
      }
    }
    expect(await flagOf("kept")).toEqual({ ...kept, defaultValue: "x" });
  });

  test("a deletion archives the flag in every environment, unless others depend on it", async ({ expect }) => {
    await call("POST", "/flags", { key: "needed", type: "boolean", defaultValue: false });
    const dependent = aFlagBody("dependent", { prerequisites: [{ flag: "needed", variants: ["on"] }] });
    await t.call("POST", FLAGS, dependent);
    expect((await call("DELETE", "/flags/needed")).status).toBe(409);
    await call("DELETE", "/flags/dependent");
    expect(await call("DELETE", "/flags/needed")).toMatchObject({
      status: 200,
      body: { message: 'flag "needed" is archived in every environment', archivedAt: expect.stringMatching(/Z$/) },
    });
    expect(await flagOf("needed")).toBeUndefined();
    expect((await t.evaluate("needed")).status).toBe(404);
    expect((await call("DELETE", "/flags/needed")).status).toBe(200);
    await t.call("POST", "/api/v1/flags/needed/unarchive");
    expect((await t.evaluate("needed")).status).toBe(200);
  });

  test("a request without an admin token is a 401 in the same form", async ({ expect }) => {
    const none = await send(t.isolate, undefined, "GET", MANIFEST, undefined, CLI);
    expect(none).toMatchObject({ status: 401, body: { error: { status: 401 } } });
    const server = await send(t.isolate, t.project.serverKey, "GET", MANIFEST, undefined, CLI);
    expect(server).toMatchObject({ status: 403, body: { error: { status: 403 } } });
  });

  test("a token that may only read is told so, and cannot write", async ({ expect }) => {
    const created = await t.call("POST", "/api/v1/tokens", { role: "read", name: "CI", environments: null });
    expect(created.status).toBe(201);
    const { token } = created.body;
    const read = await send(t.isolate, token, "GET", MANIFEST, undefined, CLI);
    expect(read.headers.get("x-manifest-capabilities")).toBe("read");
    const body = { key: "no", type: "boolean", defaultValue: false };
    expect((await send(t.isolate, token, "POST", `${MANIFEST}/flags`, body, CLI)).status).toBe(403);
  });
});
