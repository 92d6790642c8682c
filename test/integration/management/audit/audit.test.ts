import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const AUDIT = "/api/v1/environments/production/audit";

describe("the audit", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", FLAGS, aFlagBody("watched"));
    await t.call("PATCH", `${FLAGS}/watched`, { enabled: false, default: { variant: "off" } });
    await t.call("DELETE", `${FLAGS}/watched`);
  });
  afterAll(() => t.close());

  test("says who changed what, before and after, newest first", async ({ expect }) => {
    const { body } = await t.call("GET", `${AUDIT}?entity=configuration&key=watched`);
    const actor = `key:${t.project.adminToken.split("_")[2]}`;
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual(["delete", "update", "create"]);
    expect(body.items[1]).toMatchObject({
      actor,
      environment: "production",
      key: "watched",
      version: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      before: { enabled: true, default: { variant: "on" }, offVariant: "off" },
      after: { enabled: false, default: { variant: "off" } },
    });
    expect(body.items[0]).toMatchObject({ actor, after: null });
    expect(body.items[2]).toMatchObject({ actor, before: null });
  });

  test("records an edit in SQL under the role that made it", async ({ expect }) => {
    await t.call("POST", FLAGS, aFlagBody("edited"));
    await t.project.backends.neon.query("update flag_configurations set enabled = false where flag_key = 'edited'");
    const { body } = await t.call("GET", `${AUDIT}?key=edited&limit=1`);
    expect(body.items[0]).toMatchObject({ action: "update", actor: expect.stringMatching(/^sql:/) });
  });

  test("has pages without gaps and repetitions", async ({ expect }) => {
    const whole = (await t.call("GET", AUDIT)).body.items.map(({ id }: { id: number }) => id);
    const paged: number[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await t.call("GET", `${AUDIT}?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      paged.push(...body.items.map(({ id }: { id: number }) => id));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(whole);
    expect(paged.length).toBeGreaterThan(4);
  });

  test("of the project also has changes that belong to no environment", async ({ expect }) => {
    const { body } = await t.call("GET", "/api/v1/audit?entity=key");
    expect(body.items).toContainEqual(expect.objectContaining({ environment: null, entity: "key" }));
    expect((await t.call("GET", "/api/v1/environments/nowhere/audit")).status).toBe(404);
    expect((await t.call("GET", `${AUDIT}?entity=cat`)).status).toBe(400);
  });

  test("is filtered by time: from `since` on, and before `until`", async ({ expect }) => {
    const whole = (await t.call("GET", `${AUDIT}?limit=200`)).body.items;
    const times = whole.map(({ at }: { at: string }) => Date.parse(at));
    // An instant between the changes, at the millisecond in which one of them was made.
    const middle = new Date(times[Math.floor(times.length / 2)]).toISOString();
    const ids = async (query: string) =>
      (await t.call("GET", `${AUDIT}?limit=200&${query}`)).body.items.map(({ id }: { id: number }) => id);
    const [since, until] = [await ids(`since=${middle}`), await ids(`until=${middle}`)];
    expect(since.length).toBeGreaterThan(0);
    expect(until.length).toBeGreaterThan(0);
    expect([...since, ...until]).toEqual(whole.map(({ id }: { id: number }) => id));
    expect(await ids(`since=${middle}&until=${middle}`)).toEqual([]);
    expect(await ids(`since=${middle.replace("Z", "%2B00:00")}`)).toEqual(since);
    expect(await ids("since=2020-01-01&until=2020-12-31T23:59Z")).toEqual([]);
    const [page] = [await t.call("GET", `/api/v1/audit?limit=1&since=${middle}`)];
    expect(page.body.nextCursor).not.toBeNull();
  });

  test("is filtered by its author, together with the other filters", async ({ expect }) => {
    const actor = `key:${t.project.adminToken.split("_")[2]}`;
    const of = async (query: string) => (await t.call("GET", `${AUDIT}?limit=200&${query}`)).body.items;
    const own = await of(`actor=${encodeURIComponent(actor)}`);
    expect(own.length).toBeGreaterThan(0);
    expect(new Set(own.map((change: { actor: string }) => change.actor))).toEqual(new Set([actor]));
    expect(await of(`actor=${encodeURIComponent(actor)}&key=watched&entity=configuration`)).toHaveLength(3);
    expect(await of("actor=nobody")).toEqual([]);
  });

  test.for([
    "yesterday",
    "2026-13-01",
    "2026-02-30",
    "2026-11-28T25:00Z",
    "2026-11-28T09:00:00 00:00",
    "1764320400",
    "",
    "9999-12-31T23:59-01:00",
    "0000-01-01",
  ])("refuses %j as an instant, and says what is accepted", async (text, { expect }) => {
    for (const name of ["since", "until"]) {
      const { status, body } = await t.call("GET", `${AUDIT}?${name}=${encodeURIComponent(text)}`);
      expect(status).toBe(400);
      expect(body.detail).toBe(`invalid query parameters: ${name}`);
      expect(body.errors[0]).toMatchObject({
        pointer: `/${name}`,
        detail: expect.stringContaining("2026-11-28T09:00:00Z"),
      });
    }
  });
});
