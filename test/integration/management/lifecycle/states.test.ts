import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFlagBody, FLAGS } from "../client.ts";
import { definitionPath, type LifecycleTest, stagingPath, startLifecycleTest } from "./harness.ts";

const DAY_MS = 86_400_000;

describe("the states of flags", () => {
  let t: LifecycleTest;
  beforeAll(async () => {
    t = await startLifecycleTest();
    for (const key of ["split", "steady", "unseen", "bulk-only", "needed"]) await t.create(key);
    const split = { rollout: { weights: [["on", 50_000], ["off", 50_000]] } }; // prettier-ignore
    await t.call("PATCH", `${FLAGS}/split`, { default: split });
    const prerequisites = [{ flag: "needed", variants: ["on"] }];
    await t.call("PUT", `${FLAGS}/user`, aFlagBody("user", { prerequisites }));
    await t.call("PUT", `${FLAGS}/fresh`, aFlagBody("fresh"));
    await t.call("PUT", `${FLAGS}/forever`, aFlagBody("forever", { lifetime: "permanent" }));
    await t.call("PUT", `${FLAGS}/due`, aFlagBody("due", { expiresAt: iso(-1) }));
    await t.call("PUT", `${FLAGS}/not-due`, aFlagBody("not-due", { expiresAt: iso(1) }));
    await t.create("shelved");
    await t.archive("shelved");
    // Everything but one flag is 100 days old, and evaluations are counted for 60 days.
    await sql("alter table flags disable trigger user; alter table flag_configurations disable trigger user");
    await sql(`update flags set created_at = '${iso(-100)}', updated_at = '${iso(-100)}' where key <> 'fresh';
      update flags set created_at = '${iso(-2)}' where key = 'fresh';
      update flag_configurations set updated_at = '${iso(-100)}'`);
    await sql("alter table flags enable trigger user; alter table flag_configurations enable trigger user");
    await sql(`insert into usage_scopes (environment, counted_since) values ('production', '${iso(-60)}')`);
    await sql(count(-1));
    const used = ["split", "steady", "user", "forever", "due", "not-due"];
    await sql(`insert into flag_usage (scope, flag_key, used_at, requested_at)
      select s.id, u.key, case when u.key <> 'bulk-only' then '${iso(-2)}'::timestamptz end, '${iso(-1)}'
      from usage_scopes s, unnest(array['${[...used, "bulk-only"].join("','")}']) as u (key)`);
  });
  afterAll(() => t.close());

  const iso = (days: number) => new Date(t.clock.now() + days * DAY_MS).toISOString();
  const sql = async (text: string) => {
    for (const statement of text.split(";")) await t.project.backends.neon.query(statement);
  };
  /** Counts an evaluation that concerns none of the flags. */
  const count = (
    days: number,
  ) => `insert into usage_hours (hour, scope, flag_key, variant, rule, key_id, requested, used)
    select '${iso(days)}', s.id, 'other', 'on', '', '', 0, 1 from usage_scopes s`;
  const keysOf = async (path: string): Promise<string[]> =>
    (await t.call("GET", path)).body.items.map(({ key }: { key: string }) => key);
  const states = async (path: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await t.call("GET", path)).body.items.map((one: { key: string; state: { name: string } }) => [
        one.key,
        one.state.name,
      ]),
    );

  test("are in the list of definitions, over all environments", async () => {
    expect(await states("/api/v1/flags?archived=all")).toEqual({
      "bulk-only": "unused",
      due: "rolled-out",
      forever: "active",
      fresh: "new",
      needed: "rolled-out",
      "not-due": "rolled-out",
      shelved: "archived",
      split: "active",
      steady: "rolled-out",
      unseen: "unused",
      user: "active",
    });
  });

  test("are in the list of an environment, for it alone", async () => {
    // Nothing is counted in staging, so nothing is unused there.
    expect(await states("/api/v1/environments/staging/flags")).toMatchObject({
      steady: "rolled-out",
      unseen: "rolled-out",
    });
    expect(await states(FLAGS)).toMatchObject({ split: "active", steady: "rolled-out", unseen: "unused" });
  });

  test("filter both lists, with pages that are full", async () => {
    expect(await keysOf("/api/v1/flags?state=unused")).toEqual(["bulk-only", "unseen"]);
    expect(await keysOf("/api/v1/flags?state=archived")).toEqual(["shelved"]);
    expect(await keysOf(`${FLAGS}?state=new`)).toEqual(["fresh"]);
    const first = (await t.call("GET", "/api/v1/flags?state=active&limit=2")).body;
    expect(first.items.map(({ key }: { key: string }) => key)).toEqual(["forever", "split"]);
    const second = (await t.call("GET", `/api/v1/flags?state=active&limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.items.map(({ key }: { key: string }) => key)).toEqual(["user"]);
    expect((await t.call("GET", "/api/v1/flags?state=unused&limit=1")).body.nextCursor).toBe("bulk-only");
    expect((await t.call("GET", "/api/v1/flags?state=unused&limit=2&cursor=unseen")).body).toEqual({
      items: [],
      nextCursor: null,
    });
    expect((await t.call("GET", "/api/v1/flags?state=stale")).body.errors).toEqual([
      { pointer: "/state", detail: "must be one of new, active, rolled-out, unused, archived" },
    ]);
  });

  test("go with filters of lifetime and expiry", async () => {
    expect(await keysOf("/api/v1/flags?lifetime=temporary")).toEqual(["due", "not-due"]);
    expect(await keysOf("/api/v1/flags?lifetime=permanent&state=active")).toEqual(["forever"]);
    expect(await keysOf("/api/v1/flags?expired=true")).toEqual(["due"]);
    expect(await keysOf(`${FLAGS}?expired=true&state=rolled-out`)).toEqual(["due"]);
    expect(await keysOf(`${FLAGS}?expired=false&lifetime=temporary`)).toEqual(["not-due"]);
  });

  test("come with the facts of each environment", async () => {
    const { body } = await t.call("GET", `${definitionPath("bulk-only")}/lifecycle`);
    expect(body).toMatchObject({
      key: "bulk-only",
      state: { name: "unused", reason: expect.stringMatching(/counting began.*bulk responses in production/) },
      isExpired: false,
      environments: [
        { environment: "production", lastUsedAt: null, lastRequestedAt: iso(-1), countedSince: iso(-60) },
        { environment: "staging", state: { name: "rolled-out" }, countedSince: null },
      ],
      references: [],
      warnings: [expect.stringMatching(/^bulk responses in production contained it on/)],
    });
    const staging = await t.call("GET", `${definitionPath("bulk-only")}/lifecycle?environment=staging`);
    expect(staging.body).toMatchObject({ state: { name: "rolled-out" }, warnings: [] });
    expect((await t.call("GET", `${definitionPath("due")}/lifecycle`)).body).toMatchObject({
      isExpired: true,
      lifetime: "temporary",
      expiresAt: iso(-1),
    });
    expect((await t.call("GET", `${definitionPath("ghost")}/lifecycle`)).status).toBe(404);
  });

  test("are not unused if nothing was counted for seven days", async () => {
    const unused = () => keysOf(`${FLAGS}?state=unused`);
    const known = await unused();
    expect(known).toContain("bulk-only");
    await sql("delete from usage_hours");
    expect(await unused()).toEqual([]);
    await sql(count(-7.1));
    expect(await unused()).toEqual([]);
    const { body } = await t.call("GET", `${definitionPath("bulk-only")}/lifecycle`);
    expect(body.environments[0]).toMatchObject({ environment: "production", countedSince: null });
    await sql(count(-6.9));
    expect(await unused()).toEqual(known);
  });

  test("a listed flag can be written as it is", async () => {
    const [listed] = (await t.call("GET", FLAGS)).body.items;
    expect(listed.state).toBeDefined();
    expect((await t.call("PUT", `${FLAGS}/${listed.key}`, listed)).status).toBe(200);
  });

  test("an expiry changes nothing that is served", async () => {
    expect((await t.evaluate("due")).body).toMatchObject({ value: true, reason: "STATIC" });
    expect(Object.keys((await t.evaluate("due")).body)).not.toContain("expiresAt");
  });

  test("a definition takes a lifetime with an expiry, and each of them alone", async () => {
    const read = async () => (await t.call("GET", definitionPath("unseen"))).body;
    const patch = (body: object) => t.call("PATCH", definitionPath("unseen"), body);
    await patch({ expiresAt: "2031-02-03" });
    expect(await read()).toMatchObject({ lifetime: "temporary", expiresAt: "2031-02-03T00:00:00.000Z" });
    await patch({ description: "Kept" });
    await t.call("PATCH", stagingPath("unseen"), { enabled: false });
    expect(await read()).toMatchObject({ lifetime: "temporary", expiresAt: "2031-02-03T00:00:00.000Z" });
    await patch({ expiresAt: null });
    expect(await read()).toMatchObject({ lifetime: "temporary" });
    await patch({ expiresAt: "2031-02-03T10:00:00+02:00" });
    expect((await read()).expiresAt).toBe("2031-02-03T08:00:00.000Z");
    await patch({ lifetime: "permanent" });
    expect(Object.keys(await read())).not.toContain("expiresAt");
    await patch({ lifetime: null });
    expect(Object.keys(await read())).not.toContain("lifetime");
    for (const [body, detail] of [
      [{ lifetime: "permanent", expiresAt: "2031-02-03" }, "is only for flags with the lifetime temporary"],
      [{ expiresAt: "soon" }, "must be an ISO 8601 instant such as 2030-01-31T09:00:00Z"],
      [{ lifetime: "short" }, "must be one of permanent, temporary, or null"],
    ] as const) {
      const refused = await patch(body);
      expect([refused.status, refused.body.errors[0]?.detail]).toEqual([422, detail]);
    }
  });
});
