import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFlagBody, FLAGS } from "../client.ts";
import { definitionPath, type LifecycleTest, startLifecycleTest } from "./harness.ts";

describe("the history of archived flags", () => {
  let t: LifecycleTest;
  beforeAll(async () => {
    t = await startLifecycleTest();
  });
  afterAll(() => t.close());

  const changes = async (key: string) => (await t.call("GET", `/api/v1/audit?key=${key}&limit=100`)).body.items;
  const restore = (id: number, image = "before") =>
    t.call("POST", `/api/v1/environments/production/audit/${id}/restore`, { image });

  test("the audit shows it, and restores it in both directions", async () => {
    await t.create("audited");
    const before = await t.configurations("audited");
    await t.archive("audited");
    const [change, ...others] = await changes("audited");
    expect(change).toMatchObject({ entity: "flag", action: "update", before: { archivedAt: null } });
    expect(change.after.archivedAt).not.toBeNull();
    expect(others.slice(0, 2)).toMatchObject([
      { entity: "configuration", action: "delete" },
      { entity: "configuration", action: "delete" },
    ]);
    const refused = await restore(others[0].environment === "production" ? others[0].id : others[1].id);
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/is archived/) } });
    expect((await restore(change.id)).status).toBe(200);
    expect(await t.configurations("audited")).toEqual(before);
    expect((await t.evaluate("audited")).status).toBe(200);
    expect((await restore(change.id, "after")).status).toBe(200);
    expect((await t.evaluate("audited")).status).toBe(404);
  });

  test("a deleted archived flag is restored archived, with its configurations", async () => {
    await t.create("gone", { lifetime: "temporary", expiresAt: "2030-01-31" });
    const before = await t.configurations("gone");
    await t.archive("gone");
    expect((await t.call("DELETE", definitionPath("gone"))).status).toBe(200);
    expect((await t.call("GET", definitionPath("gone"))).status).toBe(404);
    const [deletion] = await changes("gone");
    expect((await restore(deletion.id)).status).toBe(200);
    expect((await t.call("GET", definitionPath("gone"))).body).toMatchObject({
      archivedAt: expect.any(String),
      lifetime: "temporary",
      expiresAt: "2030-01-31T00:00:00.000Z",
    });
    expect(await t.configurations("gone")).toEqual(before);
    await t.unarchive("gone");
    expect(await t.configurations("gone")).toEqual(before);
  });

  test("are copied with their environment, and end with it", async () => {
    await t.create("copied");
    await t.archive("copied");
    await t.call("POST", "/api/v1/environments", { key: "copy", copyFrom: "staging" });
    expect(Object.keys(await t.configurations("copied"))).toEqual(["copy", "production", "staging"]);
    await t.call("DELETE", "/api/v1/environments/copy?confirm=copy");
    await t.call("DELETE", "/api/v1/environments/copy");
    await t.unarchive("copied");
    expect(Object.keys(await t.configurations("copied"))).toEqual(["production", "staging"]);
  });

  test("a whole apply leaves archived flags alone", async () => {
    await t.create("survivor");
    await t.archive("survivor");
    const { body } = await t.call("GET", FLAGS);
    const kept = body.items;
    const applied = await t.call("POST", "/api/v1/environments/production/apply?dryRun=true", {
      flags: kept,
      segments: [{ key: "crew", condition: { attribute: "plan", operator: "in", values: ["pro"] } }],
      whole: true,
    });
    expect(applied.status).toBe(204);
    expect((await t.unarchive("survivor")).status).toBe(200);
    expect(Object.keys(await t.configurations("survivor"))).toEqual(["production", "staging"]);
  });

  test("a token for some environments cannot touch a flag that others keep archived", async () => {
    await t.create("shared-archive");
    const { body } = await t.call("POST", "/api/v1/tokens", { role: "write", name: "CI", environments: ["staging"] });
    const headers = { authorization: `Bearer ${body.token}` };
    expect((await t.archive("shared-archive", headers)).status).toBe(403);
    await t.archive("shared-archive");
    expect((await t.unarchive("shared-archive", headers)).status).toBe(403);
    expect((await t.call("DELETE", definitionPath("shared-archive"), undefined, headers)).status).toBe(403);
  });
});

describe("changes of an archived flag by an older worker or in SQL", () => {
  let t: LifecycleTest;
  beforeAll(async () => {
    t = await startLifecycleTest();
    await t.call("PUT", `${FLAGS}/old`, aFlagBody("old"));
    await t.call("POST", "/api/v1/flags/old/archive");
  });
  afterAll(() => t.close());

  test.for([
    "update flags set variants = '{\"on\": true}' where key = 'old'",
    "insert into flag_configurations (environment, flag_key, default_serve) values ('production', 'old', '{\"variant\":\"on\"}')",
  ])("are refused with a conflict that it knows: %s", async (statement) => {
    await expect(t.project.backends.neon.query(statement)).rejects.toMatchObject({
      code: "BG006",
      message: expect.stringMatching(/"old" is archived/),
    });
  });
});
