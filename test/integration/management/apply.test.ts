import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, type ManagementTest, startManagementTest } from "./client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const APPLY = `${ENVIRONMENT}/apply`;
const segment = { key: "paying", condition: { attribute: "plan", operator: "in", values: ["pro"] } };

describe("applying many flags and segments", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  const apply = (body: object, headers?: Record<string, string>) => t.call("POST", APPLY, body, headers);
  const keys = async () =>
    (await t.call("GET", `${ENVIRONMENT}/flags`)).body.items.map(({ key }: { key: string }) => key);
  const flags = ["one", "two", "three"].map((key) => aFlagBody(key));
  const usesSegment = {
    ...aFlagBody("four"),
    rules: [{ id: "paying", when: { segment: "paying" }, serve: { variant: "on" } }],
  };

  test("makes one version and one purge, and the edge serves it", async ({ expect }) => {
    const before = (await t.call("GET", ENVIRONMENT)).body.version;
    t.project.backends.upstash.resetStats();
    const { status, body } = await apply({ flags: [...flags, usesSegment], segments: [segment] });
    expect({ status, body }).toMatchObject({ status: 200, body: { version: before + 1, published: { redis: true } } });
    expect(t.project.backends.upstash.stats().commands).toBe(1);
    expect((await t.evaluate("four", { targetingKey: "u", plan: "pro" })).body).toMatchObject({
      value: true,
      reason: "TARGETING_MATCH",
    });
  });

  test("reports an input that is too large once, and a limited number of mistakes", async ({ expect }) => {
    const large = { ...aFlagBody("large"), tags: Array.from({ length: 530_000 }, () => 0) };
    expect(await apply({ flags: [large] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/flags/0", detail: "must not be larger than 1048576 bytes" }] },
    });
    const wrong = Array.from({ length: 200 }, (_, i) => ({ ...aFlagBody(`wrong-${i}`), enabled: "yes" }));
    const { body } = await apply({ flags: wrong });
    expect(body.errors).toHaveLength(50);
    expect(body.errors[49].pointer).toBe("/flags/49/enabled");
  });

  test("has a documented size limit, larger than that of other writes", async ({ expect }) => {
    const { paths } = (await t.call("GET", "/openapi.json")).body;
    const tooLarge = (path: string) => paths[path].post.responses["413"].description;
    expect(tooLarge("/api/v1/environments/{env}/apply")).toBe("The body is larger than 8 MiB.");
    expect(tooLarge("/api/v1/environments/{env}/flags")).toBe("The body is larger than 1 MiB.");
  });

  test("is idempotent: applying the same contents makes no version", async ({ expect }) => {
    const first = await apply({ flags, segments: [segment] });
    const again = await apply({ flags, segments: [segment] });
    expect(again.body.version).toBe(first.body.version);
  });

  test("is refused if anything in the environment has changed since it was read", async ({ expect }) => {
    const { headers } = await t.call("GET", ENVIRONMENT);
    const seen = { "if-match": headers.get("etag") ?? "" };
    await t.call("PATCH", `${ENVIRONMENT}/flags/one`, { enabled: false });
    const before = await keys();
    const { status, body } = await apply({ flags: [aFlagBody("five")] }, seen);
    expect(status).toBe(412);
    expect(await keys()).toEqual(before);
    expect((await apply({ flags: [aFlagBody("five")] }, { "if-match": `"${body.version}"` })).status).toBe(200);
  });

  test("removes what is not named if the input is complete, and only in this environment", async ({ expect }) => {
    await t.call("POST", "/api/v1/environments", { key: "staging", copyFrom: "production" });
    const { status } = await apply({ flags: [usesSegment], segments: [segment], whole: true });
    expect(status).toBe(200);
    expect(await keys()).toEqual(["four"]);
    expect((await t.evaluate("one")).status).toBe(404);
    const definitions = (await t.call("GET", "/api/v1/flags")).body.items;
    expect(definitions.map(({ key }: { key: string }) => key)).toContain("one");
    await t.call("DELETE", "/api/v1/environments/staging?confirm=staging");
  });

  test("also removes definitions that no environment configures any more", async ({ expect }) => {
    await apply({ flags: [aFlagBody("short-lived"), usesSegment], segments: [segment], whole: true });
    await apply({ flags: [usesSegment], segments: [segment], whole: true });
    expect((await t.call("GET", "/api/v1/flags/short-lived")).status).toBe(404);
  });

  test("changes nothing if one document is wrong, and points at each mistake", async ({ expect }) => {
    const before = await keys();
    const wrong = { ...aFlagBody("wrong"), enabled: "yes" };
    const { status, body } = await apply({
      flags: [aFlagBody("right"), wrong, aFlagBody("right")],
      segments: [{ key: "x" }],
    });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/flags/1/enabled",
      "/flags/2/key",
      "/segments/0/condition",
    ]);
    const cycle = [
      { ...aFlagBody("a"), prerequisites: [{ flag: "b", variants: ["on"] }] },
      { ...aFlagBody("b"), prerequisites: [{ flag: "a", variants: ["on"] }] },
    ];
    expect((await apply({ flags: cycle })).status).toBe(422);
    const unknown = { ...aFlagBody("c"), rules: [{ id: "r", when: { segment: "nobody" }, serve: { variant: "on" } }] };
    expect((await apply({ flags: [aFlagBody("right"), unknown] })).body.errors[0].pointer).toMatch(
      /^\/flags\/1\/rules\/0/,
    );
    expect(await keys()).toEqual(before);
  });

  test("gets three times as long in Postgres as other writes if it is large", async ({ expect }) => {
    const { neon } = t.project.backends;
    await neon.exec(`
      create table seen_limits (ms int);
      create function note_limit() returns trigger language plpgsql as $$ begin
        insert into seen_limits
        select extract(epoch from current_setting('statement_timeout')::interval) * 1000;
        return null;
      end $$;
      create trigger note_limit before insert on flags for each statement execute function note_limit();`);
    const many = Array.from({ length: 1001 }, (_, i) => aFlagBody(`many-${i}`));
    expect((await apply({ flags: many.slice(0, 1), segments: [] })).status).toBe(200);
    expect((await apply({ flags: many, segments: [] })).status).toBe(200);
    const seen = await neon.query<{ ms: number }>("select ms from seen_limits");
    await neon.exec("drop trigger note_limit on flags");
    expect(seen[1]?.ms).toBe(3 * (seen[0]?.ms ?? 0));
  });
});
