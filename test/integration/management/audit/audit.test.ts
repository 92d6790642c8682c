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
});
