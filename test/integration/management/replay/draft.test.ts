import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, newestVersion, send, startManagementTest } from "../client.ts";

const ENVIRONMENT = "/api/v1/environments/production";

describe("a draft that is evaluated and not stored", () => {
  let t: ManagementTest;
  const half = {
    rollout: {
      weights: [
        ["on", 50_000],
        ["off", 50_000],
      ],
    },
  };
  const draft = (changes: object) => aFlagBody("drafted", { default: { variant: "off" }, ...changes });
  const explain = (body: object) => t.call("POST", `${FLAGS}/drafted/explain`, body);
  const sample = (body: object) => t.call("POST", `${FLAGS}/drafted/sample`, body);

  beforeAll(async () => {
    t = await startManagementTest();
    const staff = { attribute: "email", operator: "ends_with", values: ["@shop.example"] };
    await t.call("POST", `${ENVIRONMENT}/segments`, { key: "staff", condition: staff });
    await t.call("POST", FLAGS, aFlagBody("needed", { default: { variant: "on" } }));
    await t.call("POST", FLAGS, aFlagBody("drafted", { default: { variant: "off" } }));
    const needs = [{ flag: "drafted", variants: ["on"] }];
    await t.call("POST", FLAGS, aFlagBody("above", { prerequisites: needs, default: { variant: "on" } }));
  });
  afterAll(() => t.close());

  test("is explained with the stored segments and flags that it uses", async ({ expect }) => {
    const rules = [{ id: "staff", when: { segment: "staff" }, serve: { variant: "on" } }];
    const prerequisites = [{ flag: "needed", variants: ["on"] }];
    const body = { context: { email: "a@shop.example" }, draft: draft({ rules, prerequisites }) };
    const before = (await t.call("GET", ENVIRONMENT)).body.version;
    const { status, body: explanation } = await explain(body);
    expect(status).toBe(200);
    expect(explanation).toMatchObject({
      flag: "drafted",
      version: before,
      resolution: { variant: "on", ruleId: "staff" },
      prerequisites: [{ flag: "needed", served: "on", isMet: true }],
      rules: [{ state: "matched", when: { segment: "staff", result: true } }],
    });
    expect((await t.call("GET", ENVIRONMENT)).body.version).toBe(before);
    expect((await t.call("GET", `${FLAGS}/drafted`)).body.rules).toEqual([]);
    expect((await t.evaluate("drafted", { email: "a@shop.example" })).body.variant).toBe("off");
  });

  test("takes only the time from an instant", async ({ expect }) => {
    const rules = [{ id: "later", from: "2090-01-01T00:00:00Z", serve: { variant: "on" } }];
    const at = "2090-06-01T00:00:00Z";
    expect((await explain({ draft: draft({ rules }) })).body.resolution.variant).toBe("off");
    const { body } = await explain({ draft: draft({ rules }), at });
    expect([body.resolution.variant, body.replay]).toEqual(["on", undefined]);
    expect((await sample({ draft: draft({ rules }), at, count: 10 })).body.draft.changes).toEqual([
      { before: "off", after: "on", count: 10 },
    ]);
  });

  test("is sampled beside the stored flag: the subjects who change, and to which variant", async ({ expect }) => {
    const { body } = await sample({ draft: draft({ default: half }) });
    expect(body.outcomes).toEqual([{ variant: "off", reason: "STATIC", ruleId: null, count: 1000 }]);
    const on = body.draft.outcomes.find(({ variant }: { variant: string }) => variant === "on").count;
    expect(on).toBeGreaterThan(400);
    expect(on).toBeLessThan(600);
    expect(body.draft.changes).toEqual([{ before: "off", after: "on", count: on }]);
    expect((await sample({ draft: draft({}) })).body.draft.changes).toEqual([]);
  });

  test("counts subjects whose variant is the same and whose value is not", async ({ expect }) => {
    const text = (off: string) => ({ type: "string", variants: { on: "1", off }, default: { variant: "off" } });
    await t.call("POST", FLAGS, { ...aFlagBody("worded"), ...text("old") });
    const body = { count: 5, draft: { ...aFlagBody("worded"), ...text("new") } };
    const sampled = await t.call("POST", `${FLAGS}/worded/sample`, body);
    expect(sampled.body.draft.changes).toEqual([{ before: "off", after: "off", count: 5 }]);
  });

  test("draws the same numbers for both forms", async ({ expect }) => {
    const draw = {
      draw: {
        weights: [
          ["on", 50_000],
          ["off", 50_000],
        ],
      },
    };
    const drawn = { ...aFlagBody("drawn"), kind: "sample", default: draw };
    await t.call("POST", FLAGS, drawn);
    expect((await t.call("POST", `${FLAGS}/drawn/sample`, { draft: drawn })).body.draft.changes).toEqual([]);
  });

  test("is checked as in a write, with pointers into the draft", async ({ expect }) => {
    const rule = (when: object) => [{ id: "r", when, serve: { variant: "on" } }];
    const cases: [object, string][] = [
      [{ rules: rule({ segment: "nobody" }) }, "/draft/rules/0/when/segment"],
      [{ prerequisites: [{ flag: "missing", variants: ["on"] }] }, "/draft/prerequisites/0/flag"],
      [{ prerequisites: [{ flag: "needed", variants: ["blue"] }] }, "/draft/prerequisites/0/flag"],
      [{ prerequisites: [{ flag: "above", variants: ["on"] }] }, "/draft"],
      [{ default: { variant: "blue" } }, "/draft/default/variant"],
      [{ key: "other" }, "/draft/key"],
    ];
    for (const [changes, pointer] of cases) {
      const { status, body } = await explain({ draft: draft(changes) });
      expect([status, body.errors?.[0].pointer]).toEqual([422, pointer]);
    }
    expect((await explain({ draft: draft({}), version: 1 })).status).toBe(422);
    expect((await explain({ draft: "on" })).status).toBe(422);
  });

  test("needs an admin token, and the role read is enough", async ({ expect }) => {
    const asServer = await send(t.isolate, t.project.serverKey, "POST", `${FLAGS}/drafted/explain`, {
      draft: draft({}),
    });
    expect([asServer.status, asServer.body.detail]).toEqual([403, "a draft requires an admin token, not a server key"]);
    const { token } = await aToken(t.project, "admin", "read");
    const body = { draft: draft({ default: { variant: "on" } }) };
    const asReader = await send(t.isolate, token, "POST", `${FLAGS}/drafted/explain`, body);
    expect([asReader.status, asReader.body.resolution.variant]).toEqual([200, "on"]);
  });
});

describe("a sample at another time", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("uses the flag of then, and the time", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("dated", { default: { variant: "on" } }));
    const at = (await newestVersion(t)).at;
    const rules = [{ id: "later", from: "2090-01-01T00:00:00Z", serve: { variant: "on" } }];
    await t.call("PATCH", `${FLAGS}/dated`, { rules, default: { variant: "off" } });
    const sample = async (body: object) =>
      (await t.call("POST", `${FLAGS}/dated/sample`, { count: 3, ...body })).body.outcomes?.[0];
    expect(await sample({})).toMatchObject({ variant: "off" });
    expect(await sample({ at })).toMatchObject({ variant: "on", ruleId: null });
    expect(await sample({ at: "2090-02-01T00:00:00Z" })).toMatchObject({ variant: "on", ruleId: "later" });
    expect((await t.call("POST", `${FLAGS}/dated/sample`, { at: "2001-01-01T00:00:00Z" })).status).toBe(410);
  });
});
