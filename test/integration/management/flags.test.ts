import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

describe("flags of an environment", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("creates a flag that evaluates at once, and returns it with its version as ETag", async ({ expect }) => {
    const created = await t.call(
      "POST",
      FLAGS,
      aFlagBody("new-flag", { description: "A new one", tags: ["checkout"], owner: "growth" }),
    );
    expect(created).toMatchObject({
      status: 201,
      body: { published: { redis: true }, flag: { key: "new-flag", enabled: true, description: "A new one" } },
    });
    expect(created.headers.get("x-flags-version")).toBe(String(created.body.version));
    expect(created.headers.get("etag")).toBe(`"${created.body.version}"`);
    expect(created.headers.get("location")).toBe(`${FLAGS}/new-flag`);
    expect(await t.evaluate("new-flag")).toMatchObject({ status: 200, body: { value: true, reason: "STATIC" } });
    const read = await t.call("GET", `${FLAGS}/new-flag`);
    expect(read.headers.get("etag")).toBe(created.headers.get("etag"));
    expect(read.body).toMatchObject({
      kind: "flag",
      tags: ["checkout"],
      owner: "growth",
      rules: [],
      version: created.body.version,
    });
  });

  test("the body of a GET can be PUT back, which changes nothing", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("round-trip", { description: "Stays" }));
    const { body, headers } = await t.call("GET", `${FLAGS}/round-trip`);
    const put = await t.call("PUT", `${FLAGS}/round-trip`, body);
    expect(put).toMatchObject({ status: 200, body: { published: { redis: true } } });
    expect(put.headers.get("etag")).toBe(headers.get("etag"));
    expect((await t.call("GET", `${FLAGS}/round-trip`)).body).toEqual(body);
  });

  test("refuses to create a flag that the environment has", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("once"));
    const again = await t.call("POST", FLAGS, aFlagBody("once", { enabled: false }));
    expect(again).toMatchObject({ status: 409, body: { title: "Conflict", status: 409 } });
    expect(await t.evaluate("once")).toMatchObject({ body: { value: true } });
  });

  test("a PATCH merges objects, removes null members and replaces lists", async ({ expect }) => {
    const rule = (id: string) => ({
      id,
      when: { attribute: "plan", operator: "equals", values: [id] },
      serve: { variant: "off" },
    });
    await t.call(
      "POST",
      FLAGS,
      aFlagBody("patched", { rules: [rule("a"), rule("b")], metadata: { owner: "x", team: "y" }, description: "d" }),
    );
    const patched = await t.call(
      "PATCH",
      `${FLAGS}/patched`,
      { rules: [rule("c")], metadata: { owner: null, more: 1 }, description: null },
      { "content-type": "application/merge-patch+json" },
    );
    expect(patched.status).toBe(200);
    const { body } = await t.call("GET", `${FLAGS}/patched`);
    expect(body.rules.map((r: { id: string }) => r.id)).toEqual(["c"]);
    expect(body.metadata).toEqual({ team: "y", more: 1 });
    expect(body.description).toBe("");
    expect(body.variants).toEqual({ on: true, off: false });
  });

  test("a flag with an empty text, stored before it was refused, can still be switched off", async ({ expect }) => {
    const when = { attribute: "email", operator: "contains" as const, values: ["@acme.com", ""] };
    const rules = [{ id: "r", when, serve: { variant: "on" } }];
    await t.project.save({ key: "blank", rules, default: { variant: "off" } });
    await t.call("POST", "/api/v1/environments/production/cache/warm");
    expect(await t.evaluate("blank", { email: "eve@evil.example" })).toMatchObject({ body: { value: true } });
    const rewritten = await t.call("PATCH", `${FLAGS}/blank`, { rules });
    expect(rewritten).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/rules/0/when/values/1", detail: expect.stringContaining("use exists") }] },
    });
    expect(await t.call("PATCH", `${FLAGS}/blank`, { enabled: false })).toMatchObject({ status: 200 });
    expect(await t.call("PATCH", "/api/v1/flags/blank", { description: "d" })).toMatchObject({ status: 200 });
    expect(await t.evaluate("blank", { email: "eve@evil.example" })).toMatchObject({ body: { reason: "DISABLED" } });
  });

  test("a PATCH that does not mention the notes keeps them", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("noted", { description: "d", tags: ["t"], owner: "o" }));
    await t.evaluate("noted");
    await t.call("PATCH", `${FLAGS}/noted`, { enabled: false });
    expect((await t.call("GET", `${FLAGS}/noted`)).body).toMatchObject({
      description: "d",
      tags: ["t"],
      owner: "o",
      enabled: false,
    });
    await t.call("PATCH", `${FLAGS}/noted`, { owner: null, tags: null });
    const { body } = await t.call("GET", `${FLAGS}/noted`);
    expect(body.tags).toEqual([]);
    expect(body).not.toHaveProperty("owner");
  });

  test("a fallback has the flag's type, stays if a write leaves it out, and goes with null", async ({ expect }) => {
    const path = `${FLAGS}/fallen`;
    expect((await t.call("POST", FLAGS, aFlagBody("fallen", { fallback: "off" }))).body.errors).toEqual([
      { pointer: "/fallback", detail: "must be true or false, because the flag's type is boolean" },
    ]);
    const created = await t.call("POST", FLAGS, aFlagBody("fallen", { fallback: false }));
    expect(created).toMatchObject({ status: 201, body: { flag: { fallback: false } } });
    await t.call("PUT", path, aFlagBody("fallen", { enabled: false }));
    expect((await t.call("GET", "/api/v1/flags/fallen")).body.fallback).toBe(false);
    expect((await t.evaluate("fallen")).body).not.toHaveProperty("fallback");
    await t.call("PATCH", path, { fallback: true });
    expect((await t.call("GET", path)).body.fallback).toBe(true);
    await t.call("PATCH", "/api/v1/flags/fallen", { fallback: null });
    expect((await t.call("GET", path)).body).not.toHaveProperty("fallback");
  });

  test("an update shows in the next evaluation, by PATCH and by its short form", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("toggled"));
    expect(await t.evaluate("toggled")).toMatchObject({ body: { value: true } });
    await t.call("PATCH", `${FLAGS}/toggled`, { enabled: false });
    expect(await t.evaluate("toggled")).toMatchObject({ body: { value: false, reason: "DISABLED" } });
    const updated = await t.call("POST", "/flags/toggled/update?environment=production", { enabled: true });
    expect(updated).toMatchObject({ status: 200, body: { flag: { enabled: true } } });
    expect(await t.evaluate("toggled")).toMatchObject({ body: { value: true } });
  });

  test("the short form says that it needs an environment", async ({ expect }) => {
    const response = await t.call("POST", "/flags/toggled/update", { enabled: true });
    expect(response).toMatchObject({ status: 400, body: { errors: [{ pointer: "/environment" }] } });
  });

  test("If-Match refuses to overwrite a later version, and the response names it", async ({ expect }) => {
    const first = await t.call("POST", FLAGS, aFlagBody("guarded"));
    const second = await t.call("PATCH", `${FLAGS}/guarded`, { enabled: false });
    for (const [method, body] of [
      ["PUT", aFlagBody("guarded")],
      ["PATCH", { enabled: true }],
      ["DELETE", undefined],
    ] as const) {
      const refused = await t.call(method, `${FLAGS}/guarded`, body, { "if-match": first.headers.get("etag") ?? "" });
      expect(refused, method).toMatchObject({ status: 412, body: { status: 412, version: second.body.version } });
      expect(refused.headers.get("etag")).toBe(second.headers.get("etag"));
    }
    const taken = await t.call("PUT", `${FLAGS}/guarded`, aFlagBody("guarded"), {
      "if-match": `"1", ${second.headers.get("etag")}`,
    });
    expect(taken.status).toBe(200);
    expect(await t.evaluate("guarded")).toMatchObject({ body: { value: true } });
  });

  test("If-Match accepts a weakened ETag, and a list with the current version", async ({ expect }) => {
    const { body } = await t.call("POST", FLAGS, aFlagBody("weakened"));
    const old: number = body.version;
    const current: number = (
      await t.call(
        "PATCH",
        `${FLAGS}/weakened`,
        { metadata: { n: 1 } },
        {
          "if-match": `W/"${old}"`,
        },
      )
    ).body.version;
    expect(current).toBe(old + 1);
    // The isolate now holds `current`, which If-Match lists, while the flag's version in the store is `latest`.
    await t.evaluate("weakened");
    const latest = await t.project.save({ key: "weakened", metadata: { n: 2 } });
    const listed = { "if-match": `W/"${current}", "${latest}"` };
    expect((await t.call("PATCH", `${FLAGS}/weakened`, { metadata: { n: 3 } }, listed)).status).toBe(200);
    expect((await t.call("PATCH", `${FLAGS}/weakened`, { metadata: { n: 4 } }, listed)).status).toBe(412);
  });

  test("PUT with If-Match: * creates nothing", async ({ expect }) => {
    const headers = { "if-match": "*" };
    expect((await t.call("PUT", `${FLAGS}/absent`, aFlagBody("absent"), headers)).status).toBe(412);
    const nowhere = "/api/v1/environments/nowhere/flags/absent";
    expect((await t.call("PUT", nowhere, aFlagBody("absent"), headers)).status).toBe(404);
  });

  test("a write that changes nothing returns the flag's own version", async ({ expect }) => {
    const first = await t.call("POST", FLAGS, aFlagBody("unmoved"));
    await t.project.backends.neon.query("update environments set version = version + 1 where key = 'production'");
    const same = await t.call("PUT", `${FLAGS}/unmoved`, aFlagBody("unmoved"));
    expect(same.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  test("If-None-Match: * creates only", async ({ expect }) => {
    const headers = { "if-none-match": "*" };
    expect((await t.call("PUT", `${FLAGS}/only-new`, aFlagBody("only-new"), headers)).status).toBe(201);
    expect((await t.call("PUT", `${FLAGS}/only-new`, aFlagBody("only-new"), headers)).status).toBe(412);
  });

  test("responds with 304 to a reader that has the version", async ({ expect }) => {
    const { headers } = await t.call("POST", FLAGS, aFlagBody("conditional"));
    const again = await t.call("GET", `${FLAGS}/conditional`, undefined, {
      "if-none-match": headers.get("etag") ?? "",
    });
    expect(again).toMatchObject({ status: 304, body: "" });
  });

  test("simultaneous patches of different fields are all kept", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("busy"));
    await t.evaluate("busy");
    const responses = await Promise.all(
      Array.from({ length: 3 }, (_, i) => t.call("PATCH", `${FLAGS}/busy`, { metadata: { [`field${i}`]: i } })),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await t.call("GET", `${FLAGS}/busy`)).body.metadata).toEqual({ field0: 0, field1: 1, field2: 2 });
  });

  test("points at every mistake, and says what is accepted", async ({ expect }) => {
    const body = aFlagBody("wrong", { enabled: "yes", colour: "red", default: { variant: "maybe" } });
    const response = await t.call("POST", FLAGS, body);
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const pointers = response.body.errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers).toEqual(expect.arrayContaining(["/enabled", "/colour"]));
    expect(JSON.stringify(response.body)).not.toContain("red");
    const reference = await t.call(
      "POST",
      FLAGS,
      aFlagBody("wrong", { rules: [{ id: "r", when: { segment: "nobody" }, serve: { variant: "on" } }] }),
    );
    expect(reference).toMatchObject({ status: 422, body: { errors: [{ pointer: "/rules/0/when/segment" }] } });
  });

  test("refuses a cycle of prerequisites, and names it", async ({ expect }) => {
    const needs = (flag: string) => ({ prerequisites: [{ flag, variants: ["on"] }] });
    await t.call("POST", FLAGS, aFlagBody("cycle-a"));
    await t.call("POST", FLAGS, aFlagBody("cycle-b", needs("cycle-a")));
    const response = await t.call("PATCH", `${FLAGS}/cycle-a`, needs("cycle-b"));
    expect(response.status).toBe(422);
    expect(response.body.errors[0].detail).toMatch(/cycle-a.*cycle-b/);
    expect(await t.call("DELETE", `${FLAGS}/cycle-a`)).toMatchObject({ status: 409 });
  });

  test("deletes a flag from evaluation and from the API", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("gone"));
    await t.evaluate("gone");
    expect(await t.call("DELETE", `${FLAGS}/gone`)).toMatchObject({
      status: 200,
      body: { published: { redis: true } },
    });
    expect(await t.evaluate("gone")).toMatchObject({ status: 404, body: { errorCode: "FLAG_NOT_FOUND" } });
    expect((await t.call("GET", `${FLAGS}/gone`)).status).toBe(404);
    expect((await t.call("DELETE", `${FLAGS}/gone`)).status).toBe(404);
  });

  test("lists page by page, filtered by kind, tag and text", async ({ expect }) => {
    for (const key of ["list-1", "list-2", "list-3"]) await t.call("POST", FLAGS, aFlagBody(key, { tags: ["listed"] }));
    await t.call("POST", FLAGS, aFlagBody("list-switch", { kind: "switch", tags: ["listed"] }));
    const first = await t.call("GET", `${FLAGS}?tag=listed&limit=2`);
    expect(first.body.items.map((flag: { key: string }) => flag.key)).toEqual(["list-1", "list-2"]);
    const second = await t.call("GET", `${FLAGS}?tag=listed&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ key: "list-3" }, { key: "list-switch" }], nextCursor: null });
    expect((await t.call("GET", `${FLAGS}?kind=switch&search=LIST`)).body.items).toMatchObject([
      { key: "list-switch" },
    ]);
    const everywhere = await t.call("GET", `${FLAGS}?kind=switch&search=list&everywhere=true`);
    expect(everywhere.body.items).toMatchObject([{ key: "list-switch", enabledIn: { production: true } }]);
    expect(first.body.items[0]).not.toHaveProperty("enabledIn");
    expect(await t.call("GET", `${FLAGS}?limit=many&colour=red`)).toMatchObject({ status: 400 });
    expect((await t.call("GET", "/api/v1/environments/nowhere/flags")).status).toBe(404);
  });
});
