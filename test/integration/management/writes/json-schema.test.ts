import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const SCHEMA = {
  type: "object",
  properties: { colour: { type: "string" }, size: { type: "integer", default: null } },
  required: ["colour"],
};
const RED = { colour: "red" };
const SIZE_PROBLEM = {
  pointer: "/variants/on/size",
  detail: "must be a whole number (/jsonSchema/properties/size/type)",
};

const aTheme = (key: string, changes: object = {}) =>
  aFlagBody(key, { type: "object", variants: { on: RED, off: { colour: "blue" } }, jsonSchema: SCHEMA, ...changes });

describe("a flag with a JSON Schema", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  const create = async (key: string, changes: object = {}) => {
    const { status, body } = await t.call("POST", FLAGS, aTheme(key, changes));
    if (status !== 201) throw new Error(JSON.stringify(body));
    return `${FLAGS}/${key}`;
  };
  const sql = (text: string, params: string[] = []) => t.project.backends.neon.query(text, params);
  const errorsOf = async (method: string, path: string, body: unknown) => {
    const response = await t.call(method, path, body);
    return { status: response.status, errors: response.body.errors as unknown };
  };

  test("keeps it if a write leaves it out, shows it everywhere, and never serves it", async ({ expect }) => {
    const path = await create("kept");
    expect((await t.call("PUT", path, aTheme("kept", { jsonSchema: undefined, enabled: false }))).status).toBe(200);
    await t.call("PATCH", path, { enabled: true });
    expect((await t.call("GET", path)).body.jsonSchema).toEqual(SCHEMA);
    expect((await t.call("GET", "/api/v1/flags/kept")).body.jsonSchema).toEqual(SCHEMA);
    const { body } = await t.evaluate("kept");
    expect(body).toMatchObject({ value: RED });
    const held = await t.project.backends.upstash.command("HGET", "burgee:feature_flag:production", "kept");
    const definitions = await t.isolate.fetch("/api/v1/environments/production/definitions", {
      headers: { authorization: `Bearer ${t.project.serverKey}` },
    });
    for (const text of [JSON.stringify(held), await definitions.text()]) {
      expect(text).toContain("colour");
      expect(text).not.toMatch(/jsonSchema|required/);
    }
  });

  test("a PATCH replaces it as a whole, with its nulls, and null removes it", async ({ expect }) => {
    const path = await create("patched");
    await t.call("PATCH", path, { jsonSchema: { properties: { none: { const: null } } } });
    expect((await t.call("GET", path)).body.jsonSchema).toEqual({ properties: { none: { const: null } } });
    expect(await errorsOf("PATCH", path, { variants: { on: { none: 1 } } })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/variants/on/none", detail: "must be null (/jsonSchema/properties/none/const)" }],
    });
    await t.call("PATCH", "/api/v1/flags/patched", { jsonSchema: { const: { a: null } } });
    await t.call("PATCH", "/api/v1/flags/patched", { jsonSchema: null });
    expect((await t.call("GET", path)).body).not.toHaveProperty("jsonSchema");
  });

  test("is compared by every write of its variants and its fallback", async ({ expect }) => {
    const path = await create("compared", { fallback: RED });
    const wrong = { on: { colour: "red", size: "big" }, off: RED };
    const refused = { status: 422, errors: [SIZE_PROBLEM] };
    expect(await errorsOf("PUT", path, aTheme("compared", { variants: wrong, jsonSchema: undefined }))).toEqual(
      refused,
    );
    expect(await errorsOf("PATCH", path, { variants: wrong })).toEqual(refused);
    expect(await errorsOf("PATCH", "/api/v1/flags/compared", { variants: wrong })).toEqual(refused);
    const fallback = [{ pointer: "/fallback", detail: 'must have "colour" (/jsonSchema/required)' }];
    expect(await errorsOf("PATCH", path, { fallback: {} })).toEqual({ status: 422, errors: fallback });
    const apply = {
      flags: [aTheme("compared", { variants: wrong, jsonSchema: undefined })],
      segments: [],
      whole: false,
    };
    const applied = await errorsOf("POST", "/api/v1/environments/production/apply", apply);
    expect(applied).toEqual({ status: 422, errors: [{ ...SIZE_PROBLEM, pointer: "/flags/0/variants/on/size" }] });
    const manifest = { key: "compared", type: "object", defaultValue: {} };
    const pushed = await t.call("PUT", "/openfeature/v0/manifest/flags/compared", manifest);
    expect([pushed.status, pushed.body.error.details]).toEqual([
      400,
      [expect.objectContaining({ field: "defaultValue" })],
    ]);
    expect((await t.call("GET", path)).body).toMatchObject({ variants: { on: RED }, fallback: RED });
  });

  test("is refused if a stored variant or the stored fallback does not fit it", async ({ expect }) => {
    const path = await create("changed", {
      jsonSchema: undefined,
      variants: { on: { size: "L" }, off: {} },
      fallback: {},
    });
    for (const [method, place, body] of [
      ["PATCH", path, { jsonSchema: SCHEMA }],
      ["PATCH", "/api/v1/flags/changed", { jsonSchema: SCHEMA }],
    ] as const) {
      expect(await errorsOf(method, place, body)).toEqual({
        status: 422,
        errors: [
          { pointer: "/variants/on", detail: 'must have "colour" (/jsonSchema/required)' },
          SIZE_PROBLEM,
          { pointer: "/variants/off", detail: 'must have "colour" (/jsonSchema/required)' },
          { pointer: "/fallback", detail: 'must have "colour" (/jsonSchema/required)' },
        ],
      });
    }
    const put = aTheme("changed", { fallback: undefined });
    expect(await errorsOf("PUT", path, put)).toMatchObject({ status: 422, errors: [{ pointer: "/fallback" }] });
    expect((await t.call("PUT", path, { ...put, fallback: null })).status).toBe(200);
  });

  test("with unsupported keywords is refused by name", async ({ expect }) => {
    const { status, body } = await t.call("POST", FLAGS, aTheme("odd", { jsonSchema: { items: { contains: {} } } }));
    expect([status, body.errors]).toEqual([
      422,
      [{ pointer: "/jsonSchema/items/contains", detail: expect.stringContaining('"contains" is not a keyword') }],
    ]);
  });

  test("goes with a change of the type, and comes back when the change is undone", async ({ expect }) => {
    const path = await create("retyped");
    await t.call("PATCH", path, { type: "json" });
    expect((await t.call("GET", path)).body).not.toHaveProperty("jsonSchema");
    const { body } = await t.call("GET", "/api/v1/audit?key=retyped&entity=flag");
    const [change] = body.items as { id: number; before: { jsonSchema: unknown } }[];
    expect(change!.before.jsonSchema).toEqual(SCHEMA);
    expect(
      (await t.call("POST", `/api/v1/environments/production/audit/${change!.id}/restore`, { image: "before" })).status,
    ).toBe(200);
    expect((await t.call("GET", path)).body).toMatchObject({ type: "object", jsonSchema: SCHEMA });
  });

  test("comes back with a deleted flag", async ({ expect }) => {
    const path = await create("deleted");
    await t.call("DELETE", path);
    const { body } = await t.call("GET", "/api/v1/audit?key=deleted&entity=flag");
    expect(
      (await t.call("POST", `/api/v1/environments/production/audit/${body.items[0].id}/restore`, { image: "before" }))
        .status,
    ).toBe(200);
    expect((await t.call("GET", path)).body.jsonSchema).toEqual(SCHEMA);
  });

  test("that SQL broke is still served, switched off and repaired, but not changed", async ({ expect }) => {
    const path = await create("edited");
    await sql(`update flags set variants = '{"on": {"size": "L"}, "off": {}}' where key = 'edited'`);
    await t.call("POST", "/api/v1/environments/production/cache/purge", { flags: ["edited"] });
    expect((await t.evaluate("edited")).body).toMatchObject({ value: { size: "L" } });
    expect((await t.call("PATCH", path, { enabled: false })).status).toBe(200);
    expect(await errorsOf("PATCH", path, { variants: { off: RED } })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/variants/on" }, SIZE_PROBLEM],
    });
    expect((await t.call("PATCH", path, { variants: { on: { size: null, colour: "red" }, off: RED } })).status).toBe(
      200,
    );
  });

  test("that a newer release stored is kept, and its values are not changed unchecked", async ({ expect }) => {
    const path = await create("newer");
    await sql(`update flags set json_schema = '{"contains": {}}' where key = 'newer'`);
    expect((await t.call("PATCH", path, { enabled: false })).status).toBe(200);
    expect(await errorsOf("PATCH", path, { variants: { on: { colour: "green" } } })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/jsonSchema/contains" }],
    });
    expect((await t.call("GET", path)).body.jsonSchema).toEqual({ contains: {} });
  });

  test("of a flag whose type an older worker changed does not show", async ({ expect }) => {
    const path = await create("older");
    await sql(`update flags set type = 'string', variants = '{"on": "a", "off": "b"}' where key = 'older'`);
    expect((await t.call("GET", path)).body).not.toHaveProperty("jsonSchema");
    expect((await t.call("PATCH", path, { enabled: false })).status).toBe(200);
    await t.call("PATCH", path, { type: "object", variants: { on: {}, off: {} } });
    expect((await t.call("GET", path)).body).not.toHaveProperty("jsonSchema");
  });
});
