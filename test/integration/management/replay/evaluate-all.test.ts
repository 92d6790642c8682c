import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, newestVersion, send, startManagementTest } from "../client.ts";

const EVALUATE = "/api/v1/environments/production/evaluate";

describe("the evaluation of all flags for one context", () => {
  let t: ManagementTest;
  const dutch = { attribute: "request.country", operator: "equals", values: ["NL"] };
  const evaluate = (body: object, query = "") => t.call("POST", `${EVALUATE}${query}`, body);
  const itemOf = (body: { items: { flag: string }[] }, key: string) => body.items.find(({ flag }) => flag === key);

  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("b-plain", { default: { variant: "on" } }));
    const rules = [{ id: "nl", when: dutch, serve: { variant: "on" } }];
    await t.call("POST", FLAGS, aFlagBody("c-ruled", { rules, default: { variant: "off" } }));
    await t.call(
      "POST",
      FLAGS,
      aFlagBody("d-later", {
        rules: [{ id: "at", from: "2090-01-01", serve: { variant: "on" } }],
        default: { variant: "off" },
      }),
    );
    const texts = { short: "s".repeat(200), long: "l".repeat(201) };
    await t.call("POST", FLAGS, {
      ...aFlagBody("e-long"),
      type: "string",
      variants: texts,
      default: { variant: "long" },
      offVariant: "short",
    });
  });
  afterAll(() => t.close());

  test("returns variant, reason, rule and short value, as OFREP does", async ({ expect }) => {
    const { status, body } = await evaluate({ context: { targetingKey: "u" }, request: { country: "NL" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ environment: "production", version: expect.any(Number), nextCursor: null });
    expect(itemOf(body, "b-plain")).toEqual({
      flag: "b-plain",
      reason: "STATIC",
      variant: "on",
      ruleId: null,
      value: true,
    });
    expect(itemOf(body, "c-ruled")).toMatchObject({ reason: "TARGETING_MATCH", variant: "on", ruleId: "nl" });
    expect(itemOf(body, "e-long")).toEqual({ flag: "e-long", reason: "STATIC", variant: "long", ruleId: null });
    const { variant, reason } = (await t.evaluate("d-later", {})).body;
    expect(itemOf(body, "d-later")).toMatchObject({ variant, reason });
  });

  test("has pages in the order of the keys, now and at another time", async ({ expect }) => {
    for (const when of [{}, { at: "2089-01-01T00:00:00Z" }]) {
      const whole = (await evaluate(when)).body.items;
      const keys: string[] = [];
      let cursor: string | null = "";
      for (; cursor !== null;) {
        const { body }: Awaited<ReturnType<typeof evaluate>> = await evaluate(
          when,
          `?limit=2${cursor && `&cursor=${cursor}`}`,
        );
        expect(body.items.length).toBeLessThanOrEqual(2);
        keys.push(...body.items.map(({ flag }: { flag: string }) => flag));
        cursor = body.nextCursor;
      }
      expect(keys).toEqual(whole.map(({ flag }: { flag: string }) => flag));
      expect(keys).toEqual(keys.toSorted());
    }
  });

  test("evaluates at an instant: with the flags of then, also deleted ones, and at that time", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("a-gone", { default: { variant: "on" } }));
    const before = (await newestVersion(t)).at;
    await t.call("DELETE", `${FLAGS}/a-gone`);
    await t.call("PATCH", `${FLAGS}/b-plain`, { default: { variant: "off" } });
    await t.call("POST", FLAGS, aFlagBody("f-new"));
    const then = await evaluate({ at: before });
    expect(itemOf(then.body, "a-gone")).toMatchObject({ variant: "on" });
    expect(itemOf(then.body, "b-plain")).toMatchObject({ variant: "on" });
    expect(itemOf(then.body, "f-new")).toBeUndefined();
    const later = await evaluate({ at: "2090-01-02T00:00:00Z" });
    expect(itemOf(later.body, "a-gone")).toBeUndefined();
    expect(itemOf(later.body, "d-later")).toMatchObject({ variant: "on", ruleId: "at" });
    expect((await evaluate({ at: "2001-01-01T00:00:00Z" })).status).toBe(410);
  });

  test("says that the result of chance at another time is not known", async ({ expect }) => {
    const draw = {
      draw: {
        weights: [
          ["on", 50_000],
          ["off", 50_000],
        ],
      },
    };
    await t.call("POST", FLAGS, { ...aFlagBody("g-drawn"), kind: "sample", default: draw });
    expect(itemOf((await evaluate({})).body, "g-drawn")).toMatchObject({ reason: "SPLIT" });
    const { body } = await evaluate({ at: "2090-01-01T00:00:00Z" });
    expect(itemOf(body, "g-drawn")).toEqual({ flag: "g-drawn", reason: null, variant: null, ruleId: null });
  });

  test("serves a server key of the environment, but only as of now, and no other key", async ({ expect }) => {
    const { serverKey: token, clientKey: client } = t.project;
    const as = (key: string, path: string, body: object) => send(t.isolate, key, "POST", path, body);
    expect((await as(token, EVALUATE, {})).status).toBe(200);
    expect((await as(token, EVALUATE, { at: "2090-01-01T00:00:00Z" })).status).toBe(403);
    expect((await as(token, "/api/v1/environments/nowhere/evaluate", {})).status).toBe(403);
    const refused = await as(client, EVALUATE, {});
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      "this route requires an admin token, or a server key of the environment",
    ]);
    expect((await t.call("POST", "/api/v1/environments/nowhere/evaluate", {})).status).toBe(404);
    expect((await evaluate({ contexts: {} })).status).toBe(422);
    expect((await evaluate({}, "?limit=5001")).status).toBe(400);
  });
});
