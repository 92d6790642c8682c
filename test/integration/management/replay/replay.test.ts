import { afterAll, beforeAll, describe, test } from "vitest";
import { createOutbox } from "../../../../src/store/outbox.ts";
import { aFlagBody, FLAGS, type ManagementTest, newestVersion, send, startManagementTest } from "../client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const noted = (text: string) => ({ "x-change-note": encodeURIComponent(text) });

describe("a replay", () => {
  let t: ManagementTest;
  let first: { version: number; at: string };
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", "/api/v1/environments", { key: "staging" });
    await t.call("POST", FLAGS, aFlagBody("checkout"), noted("the start"));
    first = await made();
    await t.call("PATCH", `${FLAGS}/checkout`, { default: { variant: "off" } }, noted("PAY-1423: rolled back"));
  });
  afterAll(() => t.close());

  const made = () => newestVersion(t);
  const explain = (body: object, flag = "checkout") => t.call("POST", `${FLAGS}/${flag}/explain`, body);
  const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

  test("says which change was in force, who made it and why, and whether today is the same", async ({ expect }) => {
    const { status, body } = await explain({ version: first.version });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: first.version,
      resolution: { value: true, variant: "on", reason: "STATIC" },
      replay: {
        at: first.at,
        versionMadeAt: first.at,
        change: {
          entity: "configuration",
          action: "create",
          key: "checkout",
          actorName: "test admin",
          note: "the start",
          versions: { production: first.version },
        },
        today: { version: first.version + 1, isSame: false, resolution: { value: false, variant: "off" } },
        document: { key: "checkout", default: { variant: "on" } },
      },
    });
    expect(body.replay.change).not.toHaveProperty("after");
    expect((await explain({ version: first.version + 1 })).body.replay.today.isSame).toBe(true);
    expect((await explain({})).body).not.toHaveProperty("replay");
  });

  test("an instant at which a version was made belongs to that version", async ({ expect }) => {
    const second = await made();
    expect((await explain({ at: second.at })).body.version).toBe(second.version);
    expect((await explain({ at: plus(second.at, 1) })).body.version).toBe(second.version);
    const before = (await explain({ at: plus(second.at, -1) })).body;
    // Both versions may have been made in the same millisecond.
    expect(before.version ?? before.firstVersion).toBeLessThanOrEqual(second.version);
    expect((await explain({ at: first.at })).body.replay?.versionMadeAt).toBe(first.at);
  });

  test("names the change of a segment or a definition that the flag used", async ({ expect }) => {
    const condition = (values: string[]) => ({ attribute: "plan", operator: "in", values });
    await t.call("PUT", `${ENVIRONMENT}/segments/paying`, { condition: condition(["pro"]) });
    const rules = [{ id: "paying", when: { segment: "paying" }, serve: { variant: "on" } }];
    await t.call("POST", FLAGS, aFlagBody("billing", { default: { variant: "off" }, rules }));
    const before = await made();
    await t.call("PUT", `${ENVIRONMENT}/segments/paying`, { condition: condition(["free"]) }, noted("a mistake"));
    const wrong = await made();
    await t.call("PATCH", "/api/v1/flags/billing", { variants: { on: false, off: false } }, noted("renamed"));
    const at = await made();
    const context = { targetingKey: "u", plan: "pro" };
    const of = async ({ version }: { version: number }) => (await explain({ context, version }, "billing")).body;
    expect(await of(before)).toMatchObject({ resolution: { variant: "on", value: true } });
    expect(await of(wrong)).toMatchObject({
      resolution: { variant: "off" },
      replay: { change: { entity: "segment", key: "paying", note: "a mistake" } },
    });
    expect(await of(at)).toMatchObject({
      replay: { change: { entity: "flag", key: "billing", note: "renamed", versions: { production: at.version } } },
    });
  });

  test("of the future follows schedules and ramps", async ({ expect }) => {
    const [from, until] = ["2031-03-01T09:00:00.000Z", "2031-03-02T09:00:00.000Z"];
    const ramp = { from: 0, to: 100_000, startAt: from, endAt: until };
    const rollout = { salt: "x", weights: [["on", 100_000]], ramp };
    const rules = [{ id: "sale", from, until, serve: { rollout } }];
    await t.call("POST", FLAGS, aFlagBody("sale", { default: { variant: "off" }, rules }));
    const context = { targetingKey: "user-1" };
    const at = async (instant: string) => (await explain({ context, at: instant }, "sale")).body;
    expect(await at("2031-03-01T08:59Z")).toMatchObject({
      resolution: { variant: "off" },
      rules: [{ state: "outside schedule" }],
      replay: { at: "2031-03-01T08:59:00.000Z", today: { isSame: true } },
    });
    expect(await at("2031-03-02T08:59:59Z")).toMatchObject({
      resolution: { variant: "on" },
      replay: { today: { isSame: false } },
    });
    expect((await at("2031-03-01T21:00Z")).rules[0].exposure).toBe(50_000);
    expect((await at(until)).resolution.variant).toBe("off");
  });

  test("before the first version is a 410 with the first instant, as a field and in words", async ({ expect }) => {
    const { status, body } = await explain({ at: "2020-01-01" });
    expect([status, body.title]).toEqual([410, "Gone"]);
    expect(body.firstInstant).toMatch(/^2\d{3}-.*Z$/);
    expect(body.detail).toBe(
      `the audit of environment "production" does not reach back to 2020-01-01T00:00:00.000Z; the first state that can be replayed is version ${body.firstVersion}, made at ${body.firstInstant}`,
    );
    // The environment exists since its first version, and had no flags then.
    expect((await explain({ version: body.firstVersion })).body.detail).toContain('flag "checkout" did not exist');
    expect((await explain({ at: body.firstInstant })).status).toBe(404);
  });

  test("of a flag that is deleted since has no result of today", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("gone"));
    const { version } = await made();
    await t.call("DELETE", `${FLAGS}/gone`);
    expect((await explain({ version }, "gone")).body).toMatchObject({
      resolution: { variant: "on" },
      replay: { today: { version: null, resolution: null, isSame: false } },
    });
    expect((await explain({ version: version + 1 }, "gone")).status).toBe(404);
    expect((await explain({}, "gone")).status).toBe(404);
  });

  test("of a sample, or of a flag that uses one, is refused", async ({ expect }) => {
    const weights = [["on", 50_000], ["off", 50_000]]; // prettier-ignore
    const sample = await t.call("POST", FLAGS, aFlagBody("traces", { kind: "sample", default: { draw: { weights } } }));
    expect(sample.status).toBe(201);
    const prerequisites = [{ flag: "traces", variants: ["on"] }];
    await t.call("POST", FLAGS, aFlagBody("uses-traces", { prerequisites }));
    const { version } = await made();
    for (const [flag, what] of [
      ["traces", "was a sample"],
      ["uses-traces", "drew random numbers"],
    ] as const) {
      const { status, body } = await explain({ version }, flag);
      expect([status, body.errors[0].detail], flag).toEqual([422, expect.stringContaining(what)]);
    }
  });

  test("needs an admin token, and one of its environment", async ({ expect }) => {
    const token = t.project.serverKey;
    const path = `${FLAGS}/checkout/explain`;
    expect((await send(t.isolate, token, "POST", path, {})).status).toBe(200);
    const { status, body } = await send(t.isolate, token, "POST", path, { version: first.version });
    expect([status, body.detail]).toEqual([403, "a replay requires an admin token, not a server key"]);
    const limited = { role: "read", environments: ["staging"] };
    const other = (await t.call("POST", "/api/v1/tokens", limited)).body.token;
    expect((await send(t.isolate, other, "POST", path, { version: first.version })).status).toBe(403);
  });

  test("a shared definition shows a limited token the version of its own environment only", async ({ expect }) => {
    await t.call("PUT", "/api/v1/environments/staging/flags/checkout", aFlagBody("checkout"));
    await t.call("PATCH", "/api/v1/flags/checkout", { metadata: { team: "pay" } });
    const limited = { role: "read", environments: ["production"] };
    const { token } = (await t.call("POST", "/api/v1/tokens", limited)).body;
    const { version } = await made();
    const { body } = await send(t.isolate, token, "POST", `${FLAGS}/checkout/explain`, { version });
    expect(body.replay.change).toMatchObject({ entity: "flag", versions: { production: version } });
    expect(JSON.stringify(body)).not.toContain("staging");
  });

  test.for([
    [{ at: "yesterday" }, "must be an instant like 2026-11-28T09:00:00Z"],
    [{ version: 0 }, "must be a version of the environment: a whole number from 1"],
    [{ version: 1.5 }, "must be a version of the environment"],
    [{ version: "3" }, "must be a version of the environment"],
    [{ at: "2026-11-28", version: 3 }, "must contain at or version, not both"],
  ] as const)("refuses %j", async ([body, problem], { expect }) => {
    const response = await explain(body);
    expect([response.status, response.body.errors[0].detail]).toEqual([422, expect.stringContaining(problem)]);
  });

  test("of a version that is not made yet is a 404 that names the current one", async ({ expect }) => {
    const { version } = await made();
    const { status, body } = await explain({ version: version + 5 });
    expect([status, body.detail]).toEqual([404, expect.stringContaining(`its current version is ${version}`)]);
    expect((await t.call("POST", "/api/v1/environments/nowhere/flags/a/explain", { version: 1 })).status).toBe(404);
  });

  test("between the last known change and a restored backup is a 410, and the versions stay", async ({ expect }) => {
    const last = await made();
    await createOutbox(t.project.db).raiseVersions(new Map([["production", last.version + 7]]), 1000);
    const raised = await made();
    const lost = await explain({ version: last.version + 3 });
    expect(lost.body).toMatchObject({ status: 410, firstVersion: raised.version, firstInstant: raised.at });
    expect(lost.body.detail).toContain("as after a restored backup");
    expect((await explain({ version: last.version })).status).toBe(200);
    expect((await explain({ at: last.at })).status).toBe(200);
    const between = await explain({ at: plus(raised.at, -1) });
    expect(between.status === 410 || plus(raised.at, -1) <= last.at).toBe(true);
    expect((await explain({ at: raised.at })).body.version).toBe(raised.version);
  });

  test("makes two statements at most beside those of today", async ({ expect }) => {
    const { neon } = t.project.backends;
    await explain({});
    const before = neon.stats().requests;
    await explain({ version: first.version });
    expect(neon.stats().requests - before).toBeLessThanOrEqual(2);
  });
});
