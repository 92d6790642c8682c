import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

const SEGMENTS = "/api/v1/environments/production/segments";
const plan = (...values: string[]) => ({ attribute: "plan", operator: "in", values });

describe("segments", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", SEGMENTS, { key: "paying", name: "Paying", condition: plan("pro") });
    await t.call(
      "POST",
      FLAGS,
      aFlagBody("for-paying", {
        rules: [{ id: "paying", when: { segment: "paying" }, serve: { variant: "on" } }],
        default: { variant: "off" },
      }),
    );
  });
  afterAll(() => t.close());

  const isOnFor = async (planName: string) =>
    (await t.evaluate("for-paying", { targetingKey: "u", plan: planName })).body.value;

  test("a change of a segment shows in the flags that use it", async ({ expect }) => {
    expect(await isOnFor("team")).toBe(false);
    const patched = await t.call("PATCH", `${SEGMENTS}/paying`, { condition: { values: ["pro", "team"] } });
    expect(patched).toMatchObject({
      status: 200,
      body: { published: { redis: true }, segment: { name: "Paying", condition: plan("pro", "team") } },
    });
    expect(await isOnFor("team")).toBe(true);
  });

  test("lists the flags that use it, and cannot be deleted while there are any", async ({ expect }) => {
    await t.call("POST", SEGMENTS, { key: "outer", condition: { not: { segment: "paying" } } });
    const read = await t.call("GET", `${SEGMENTS}/paying`);
    expect(read.body.usedBy).toEqual({ flags: ["for-paying"], segments: ["outer"] });
    const refused = await t.call("DELETE", `${SEGMENTS}/paying`);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain("for-paying");
    expect((await t.call("DELETE", `${SEGMENTS}/outer`)).status).toBe(200);
    expect((await t.call("GET", `${SEGMENTS}/outer`)).status).toBe(404);
  });

  test("has its version as ETag, and refuses a writer who has seen an older one", async ({ expect }) => {
    const first = await t.call("PUT", `${SEGMENTS}/versioned`, { condition: plan("a") }, { "if-none-match": "*" });
    expect(first).toMatchObject({ status: 201, body: { segment: { key: "versioned", name: "versioned" } } });
    const headers = { "if-match": first.headers.get("etag") ?? "" };
    const second = await t.call("PUT", `${SEGMENTS}/versioned`, { condition: plan("b") }, headers);
    expect(second.status).toBe(200);
    for (const [method, body] of [["PUT", { condition: plan("c") }], ["PATCH", { name: "x" }], ["DELETE"]] as const) {
      const refused = await t.call(method, `${SEGMENTS}/versioned`, body, headers);
      expect(refused, method).toMatchObject({ status: 412, body: { version: second.body.segment.version } });
    }
  });

  test("the body of a GET can be PUT back, which changes nothing", async ({ expect }) => {
    const { body, headers } = await t.call("GET", `${SEGMENTS}/paying`);
    const put = await t.call("PUT", `${SEGMENTS}/paying`, body);
    expect(put.status).toBe(200);
    expect(put.headers.get("etag")).toBe(headers.get("etag"));
  });

  test("points at every mistake", async ({ expect }) => {
    const wrong = { key: "wrong", condition: { all: [plan("a"), { attribute: "x", operator: "is", values: [1] }] } };
    expect(await t.call("POST", SEGMENTS, wrong)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/condition/all/1/operator" }] },
    });
    const cycle = await t.call("PATCH", `${SEGMENTS}/paying`, {
      condition: { attribute: null, operator: null, values: null, segment: "paying" },
    });
    expect(cycle).toMatchObject({ status: 422, body: { errors: [{ pointer: "/condition/segment" }] } });
    expect(
      (await t.call("POST", "/api/v1/environments/nowhere/segments", { key: "x", condition: plan("a") })).status,
    ).toBe(404);
  });

  test("lists every segment", async ({ expect }) => {
    const { body } = await t.call("GET", SEGMENTS);
    expect(body.items.map((segment: { key: string }) => segment.key)).toEqual(["paying", "versioned"]);
  });

  test("refuses a change that would make a flag test too much, and names the flag", async ({ expect }) => {
    const leaf = { attribute: "plan", operator: "exists" };
    const any = (count: number, condition: object) => ({ any: Array.from({ length: count }, () => condition) });
    const put = (key: string, condition: object) => t.call("PUT", `${SEGMENTS}/${key}`, { condition });
    await put("wide", any(400, leaf));
    await put("wider", any(250, { segment: "wide" }));
    const rules = [{ id: "r", when: { segment: "wider" }, serve: { variant: "on" } }];
    expect((await t.call("PUT", `${FLAGS}/full`, aFlagBody("full", { rules }))).status).toBe(200);
    const errors = [{ pointer: "/condition", detail: expect.stringContaining("at most 100000") }];
    expect(await put("wide", any(401, leaf))).toMatchObject({ status: 422, body: { errors } });
    expect((await t.evaluate("full")).status).toBe(200);
  });

  test("come in pages", async ({ expect }) => {
    const keys: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await t.call("GET", `${SEGMENTS}?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      expect(body.items).toHaveLength(1);
      keys.push(body.items[0].key);
      cursor = body.nextCursor;
    }
    expect(keys).toEqual(keys.toSorted());
    expect(keys).toContain("wide");
    expect((await t.call("GET", `${SEGMENTS}?limit=201`)).status).toBe(400);
  });
});
