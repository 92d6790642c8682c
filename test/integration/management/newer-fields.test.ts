import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { send } from "./client.ts";

const FLAG = "/api/v1/environments/production/flags/banner";
const SEGMENT = "/api/v1/environments/production/segments/staff";
/** A rule as a newer release may store it, with a field and an operator that this one does not know. */
const RULE = {
  id: "newer",
  untilMoon: "full",
  when: { attribute: "plan", operator: "resembles", values: ["pro"], fuzz: 3 },
  serve: { variant: "off" },
};

describe("a flag with fields that only a newer release knows", () => {
  let world: RestoredWorld;
  beforeAll(async () => {
    world = await RestoredWorld.start();
    await world.write({ key: "banner" });
    await world.write({ key: "other" });
  });
  afterAll(() => world.close());
  beforeEach(() => store([RULE]));

  const sql = <Row>(text: string, params: string[] = []) => world.project.backends.neon.query<Row>(text, params);
  const store = (rules: unknown) =>
    sql("update flag_configurations set rules = $1::jsonb where flag_key = 'banner' and environment = 'production'", [
      JSON.stringify(rules),
    ]);
  const storedRules = async () => {
    const [row] = await sql<{ rules: string }>(`select rules::text as rules from flag_configurations
      where flag_key = 'banner' and environment = 'production'`);
    return JSON.parse(row!.rules) as unknown;
  };
  const admin = (method: string, path: string, body?: unknown) =>
    send(world.isolate(), world.project.adminToken, method, path, body);

  test("is disabled through the API, and its rules stay as they are", async ({ expect }) => {
    expect(await admin("PATCH", FLAG, { enabled: false })).toMatchObject({
      status: 200,
      body: { flag: { enabled: false } },
    });
    expect(await storedRules()).toEqual([RULE]);
    expect(await admin("PATCH", FLAG, { enabled: true, metadata: { n: 1 } })).toMatchObject({ status: 200 });
    expect(await storedRules()).toEqual([RULE]);
  });

  test("keeps its rules if only the definition is changed", async ({ expect }) => {
    const patched = await admin("PATCH", "/api/v1/flags/banner", { description: "of the old worker" });
    expect(patched.status).toBe(200);
    expect(await storedRules()).toEqual([RULE]);
  });

  test("keeps the columns that this release does not know", async ({ expect }) => {
    await sql("alter table flag_configurations add column newer text default 'none'");
    await sql("update flag_configurations set newer = 'kept' where flag_key = 'banner'");
    expect(await admin("PATCH", FLAG, { enabled: false })).toMatchObject({ status: 200 });
    expect(
      await sql("select newer from flag_configurations where flag_key = 'banner' and environment = 'production'"),
    ).toEqual([{ newer: "kept" }]);
    await sql("alter table flag_configurations drop column newer");
  });

  test("is refused if the patch names the unknown fields, or fields that they depend on", async ({ expect }) => {
    for (const patch of [{ rules: [RULE] }, { variants: { third: true } }]) {
      expect(await admin("PATCH", FLAG, patch)).toMatchObject({ status: 422 });
    }
    expect(await admin("PATCH", FLAG, { enabled: false, offVariant: "missing" })).toMatchObject({ status: 422 });
    expect(await storedRules()).toEqual([RULE]);
  });

  test("evaluates to an error or to the parts that are known, and harms no other flag", async ({ expect }) => {
    await admin("PATCH", FLAG, { enabled: true });
    const isolate = world.isolate();
    const one = await send(isolate, world.project.serverKey, "POST", "/ofrep/v1/evaluate/flags/banner", {
      context: {},
    });
    expect(one.body).toMatchObject({ errorCode: "PARSE_ERROR" });
    expect(await world.ask(isolate, "other")).toMatchObject({ status: 200, value: true });
    await store([{ ...RULE, when: { attribute: "plan", operator: "equals", values: ["pro"] } }]);
    await world.sweep();
    expect(await world.askLater(isolate, "banner")).toMatchObject({ status: 200, value: true });
  });

  test("of a type that this release does not know is read from Postgres, by every isolate", async ({ expect }) => {
    await world.write({ key: "odd" });
    await sql("alter table flags drop constraint flags_type_check");
    await sql("update flags set type = 'newer', variants = '{\"on\":7,\"off\":null}' where key = 'odd'");
    await world.sweep();
    for (const isolate of [world.isolate(), world.isolate()]) {
      expect(await world.ask(isolate, "odd")).toMatchObject({ status: 200, value: 7 });
      const { body } = await send(isolate, world.project.serverKey, "POST", "/ofrep/v1/evaluate/flags", {});
      expect(body.flags).toContainEqual(expect.objectContaining({ key: "odd", value: 7 }));
    }
    await sql("update flags set type = 'boolean', variants = '{\"on\":true,\"off\":false}' where key = 'odd'");
    await sql("alter table flags add constraint flags_type_check check (true)");
  });

  test("a segment with an unknown condition keeps it if another field is changed", async ({ expect }) => {
    const condition = { attribute: "plan", operator: "equals", values: ["pro"] };
    await admin("PUT", SEGMENT, { name: "Staff", condition });
    await sql("update segments set condition = $1::jsonb where key = 'staff'", [JSON.stringify(RULE.when)]);
    expect(await admin("PATCH", SEGMENT, { name: "All staff" })).toMatchObject({ status: 200 });
    const [row] = await sql<{ c: string }>("select condition::text as c from segments where key = 'staff'");
    expect(JSON.parse(row!.c)).toEqual(RULE.when);
    expect(await admin("PATCH", SEGMENT, { condition: RULE.when })).toMatchObject({ status: 422 });
  });
});
