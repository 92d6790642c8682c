import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const AUDIT = "/api/v1/environments/production/audit";
const SEGMENT = "/api/v1/environments/production/segments/paying";

describe("restoring from the audit", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  const newest = async (entity: string, key: string) =>
    (await t.call("GET", `${AUDIT}?entity=${entity}&key=${key}&limit=1`)).body.items[0];
  const restore = (id: number | string, image: string) => t.call("POST", `${AUDIT}/${id}/restore`, { image });

  test("an earlier configuration becomes a new version, and the edge serves it", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/checkout`, aFlagBody("checkout"));
    const original = (await t.evaluate("checkout")).body;
    const rules = [{ id: "nobody", serve: { variant: "off" } }];
    await t.call("PATCH", `${FLAGS}/checkout`, { rules, enabled: true });
    expect((await t.evaluate("checkout")).body.value).not.toBe(original.value);
    const change = await newest("configuration", "checkout");
    const { status, body } = await restore(change.id, "before");
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { environments: { production: { version: change.version + 1 } } },
    });
    const metadata = { ...original.metadata, version: String(change.version + 1) };
    expect((await t.evaluate("checkout")).body).toEqual({ ...original, metadata });
    expect((await newest("configuration", "checkout")).after).toEqual(change.before);
  });

  test("any earlier version can be restored, not only the last", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/steps`, aFlagBody("steps"));
    const ids: number[] = [];
    for (const variant of ["on", "off", "on"]) {
      await t.call("PATCH", `${FLAGS}/steps`, { default: { variant }, enabled: variant === "on" });
      ids.push((await newest("configuration", "steps")).id);
    }
    await restore(ids[1] ?? 0, "after");
    expect((await t.call("GET", `${FLAGS}/steps`)).body).toMatchObject({ enabled: false, default: { variant: "off" } });
  });

  test("restoring a segment changes every flag that uses it", async ({ expect }) => {
    const condition = (plan: string) => ({ condition: { attribute: "plan", operator: "in", values: [plan] } });
    await t.call("PUT", SEGMENT, { key: "paying", ...condition("pro") });
    const rules = [{ id: "paying", when: { segment: "paying" }, serve: { variant: "on" } }];
    await t.call("PUT", `${FLAGS}/badge`, { ...aFlagBody("badge"), rules, default: { variant: "off" } });
    await t.call("PUT", SEGMENT, { key: "paying", ...condition("team") });
    const pro = () => t.evaluate("badge", { targetingKey: "u", plan: "pro" });
    expect((await pro()).body.variant).toBe("off");
    expect((await restore((await newest("segment", "paying")).id, "before")).status).toBe(200);
    expect((await pro()).body.variant).toBe("on");
  });

  test("a definition is restored as a whole, without merging objects", async ({ expect }) => {
    const flag = {
      ...aFlagBody("theme"),
      type: "object",
      variants: { on: { a: 1 }, off: {} },
      metadata: { team: "web" },
    };
    await t.call("PUT", `${FLAGS}/theme`, flag);
    await t.call("PATCH", "/api/v1/flags/theme", {
      variants: { on: { a: null, b: 2 }, third: {} },
      metadata: { ticket: "T1" },
    });
    expect((await restore((await newest("flag", "theme")).id, "before")).status).toBe(200);
    expect((await t.call("GET", "/api/v1/flags/theme")).body).toMatchObject({
      variants: flag.variants,
      metadata: flag.metadata,
    });
    expect(Object.keys((await t.call("GET", "/api/v1/flags/theme")).body.variants)).toEqual(["on", "off"]);
  });

  test("a definition that changes while a configuration is restored keeps its change", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/busy`, aFlagBody("busy"));
    const { id } = await newest("configuration", "busy");
    // An edit in SQL locks first the row and then the environment, and the API does the opposite. Postgres aborts one
    // of two transactions that wait for each other, and a person at psql would repeat the edit.
    const patch = async (round: number): Promise<void> => {
      const edit = "update flags set metadata = jsonb_build_object('round', $1::int) where key = 'busy'";
      for (;;) {
        const refused: unknown = await t.project.backends.neon.query(edit, [round]).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused === undefined) return;
        if (!(refused instanceof Error) || !refused.message.includes("deadlock detected")) throw refused;
      }
    };
    const kept: unknown[] = [];
    for (let round = 1; round <= 24; round++) {
      const restoring = restore(id, "after");
      // In some rounds the edit comes between the restore's reads and its write.
      await new Promise((resolve) => setTimeout(resolve, round % 12));
      await patch(round);
      expect([200, 409]).toContain((await restoring).status);
      kept.push((await t.call("GET", "/api/v1/flags/busy")).body.metadata.round);
    }
    expect(kept).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  });

  test("refuses other changes with a reason, and then changes nothing", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/young`, aFlagBody("young"));
    const creation = await newest("configuration", "young");
    expect(await restore(creation.id, "before")).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("created") },
    });
    expect(await restore(creation.id, "sideways")).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/image" }] },
    });
    expect(await restore(999_999_999, "before")).toMatchObject({ status: 404 });
    expect(await restore("1e3x", "before")).toMatchObject({ status: 404 });
    const key = await t.call("POST", "/api/v1/environments/production/keys", { kind: "server" });
    const minted = await newest("key", key.body.key.id);
    expect(await restore(minted.id, "after")).toMatchObject({ status: 422 });
  });

  test("a change of another environment is not found", async ({ expect }) => {
    await t.call("POST", "/api/v1/environments", { key: "other", copyFrom: "production" });
    const change = await newest("configuration", "steps");
    expect(
      (await t.call("POST", `/api/v1/environments/other/audit/${change.id}/restore`, { image: "after" })).status,
    ).toBe(404);
  });
});
