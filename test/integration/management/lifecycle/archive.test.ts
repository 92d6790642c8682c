import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFlagBody, FLAGS } from "../client.ts";
import { definitionPath, type LifecycleTest, stagingPath, startLifecycleTest } from "./harness.ts";

describe("archived flags", () => {
  let t: LifecycleTest;
  beforeAll(async () => {
    t = await startLifecycleTest();
  });
  afterAll(() => t.close());

  test("evaluate as not found at once, and come back exactly as they were", async () => {
    await t.create("kept");
    const [before, earlier] = [await t.configurations("kept"), await t.versions()];
    const [row] = await t.project.backends.neon.query(
      "select updated_at::text as \"updatedAt\" from flag_configurations where flag_key = 'kept' and environment = 'staging'",
    );
    expect((await t.evaluate("kept")).status).toBe(200);

    const archived = await t.archive("kept");
    expect(archived).toMatchObject({
      status: 200,
      body: {
        environments: {
          production: { version: earlier["production"] + 1, published: { redis: true } },
          staging: { version: earlier["staging"] + 1 },
        },
      },
    });
    expect((await t.evaluate("kept")).body).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
    expect((await t.call("GET", definitionPath("kept"))).body).toMatchObject({
      description: "Kept",
      archivedAt: expect.stringMatching(/Z$/),
    });
    expect(await t.configurations("kept")).toEqual(before);

    expect((await t.unarchive("kept")).body.environments).toMatchObject({
      production: { version: earlier["production"] + 2 },
      staging: { version: earlier["staging"] + 2 },
    });
    expect((await t.evaluate("kept")).status).toBe(200);
    expect(await t.configurations("kept")).toEqual(before);
    expect((await t.call("GET", definitionPath("kept"))).body.archivedAt).toBeUndefined();
    const [after] = await t.project.backends.neon.query(
      "select updated_at::text as \"updatedAt\" from flag_configurations where flag_key = 'kept' and environment = 'staging'",
    );
    expect(after).toEqual(row);
    const left = await t.project.backends.neon.query("select from archived_configurations where flag_key = 'kept'");
    expect(left).toEqual([]);
  });

  test("keep every column of a configuration", async () => {
    await t.create("columns");
    const rows = () =>
      t.project.backends.neon.query("select to_jsonb(c) as row from flag_configurations c where flag_key = 'columns'");
    const before = await rows();
    await t.archive("columns");
    expect(await rows()).toEqual([]);
    await t.unarchive("columns");
    expect(await rows()).toEqual(before);
  });

  test("are in lists only on request", async () => {
    await t.create("listed");
    await t.create("hidden-from-lists");
    await t.archive("hidden-from-lists");
    const keys = async (path: string) =>
      (await t.call("GET", path)).body.items.map(({ key }: { key: string }) => key) as string[];
    expect(await keys("/api/v1/flags")).not.toContain("hidden-from-lists");
    expect(await keys("/api/v1/flags?archived=false")).not.toContain("hidden-from-lists");
    expect(await keys("/api/v1/flags?archived=all")).toEqual(expect.arrayContaining(["listed", "hidden-from-lists"]));
    const only = await t.call("GET", "/api/v1/flags?archived=true");
    expect(only.body.items).toEqual([
      expect.objectContaining({ key: "hidden-from-lists", environments: ["production", "staging"] }),
    ]);
    expect(await keys(FLAGS)).not.toContain("hidden-from-lists");
    expect(await keys("/openfeature/v0/manifest".replace("/openfeature/v0/manifest", "/api/v1/flags"))).toContain(
      "listed",
    );
    const manifest = (await t.call("GET", "/openfeature/v0/manifest")).body.flags;
    expect(manifest.map(({ key }: { key: string }) => key)).not.toContain("hidden-from-lists");
    expect((await t.call("GET", "/api/v1/flags?archived=no")).body.errors).toEqual([
      { pointer: "/archived", detail: "must be one of true, false, all" },
    ]);
    await t.unarchive("hidden-from-lists");
  });

  test("keep their key, and every write says how to restore them", async () => {
    await t.create("reserved");
    await t.archive("reserved");
    const says = /flag "reserved" is archived, and its key stays reserved: restore it first/;
    const body = aFlagBody("reserved");
    const writes: [string, string, unknown?][] = [
      ["POST", FLAGS, body],
      ["PUT", `${FLAGS}/reserved`, body],
      ["PATCH", `${FLAGS}/reserved`, { enabled: false }],
      ["DELETE", `${FLAGS}/reserved`],
      ["PATCH", definitionPath("reserved"), { description: "New" }],
      ["POST", "/flags/reserved/update?environment=production", { enabled: false }],
      ["POST", "/api/v1/environments/production/apply", { flags: [body] }],
      ["POST", "/api/v1/environments/production/apply", { flags: [{ ...body, description: "Kept", owner: "web" }] }],
    ];
    for (const [method, path, sent] of writes) {
      const refused = await t.call(method, path, sent);
      expect([refused.status, refused.body.detail], `${method} ${path}`).toEqual([409, expect.stringMatching(says)]);
    }
    for (const [method, path] of [
      ["POST", "/flags"],
      ["PUT", "/flags/reserved"],
    ]) {
      const sent = { key: "reserved", type: "boolean", defaultValue: false };
      const refused = await t.call(method ?? "", `/openfeature/v0/manifest${path}`, sent);
      expect(refused, path).toMatchObject({ status: 409, body: { error: { message: expect.stringMatching(says) } } });
    }
    expect(await t.call("GET", `${FLAGS}/reserved`)).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(says) },
    });
    await t.unarchive("reserved");
  });

  test("a flag that others need cannot be archived, and the message names all of them", async () => {
    await t.create("needed");
    const prerequisites = [{ flag: "needed", variants: ["on"] }];
    await t.create("user-a", { prerequisites });
    await t.call("PUT", stagingPath("user-b"), aFlagBody("user-b", { prerequisites }));
    const condition = { flag: "needed", variants: ["on"] };
    await t.call("PUT", "/api/v1/environments/staging/segments/user-c", { condition });
    const refused = await t.archive("needed");
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'flag "needed" cannot be archived, because these use it: flag "user-a" (production, staging), flag "user-b" (staging), segment "user-c" (staging)',
    ]);
    expect((await t.evaluate("needed")).status).toBe(200);
    await t.archive("user-a");
    await t.archive("user-b");
    await t.call("DELETE", "/api/v1/environments/staging/segments/user-c");
    expect((await t.archive("needed")).status).toBe(200);
  });

  test("a flag comes back only with what it needs", async () => {
    await t.create("base");
    await t.call("PUT", "/api/v1/environments/production/segments/crew", {
      condition: { attribute: "plan", operator: "in", values: ["pro"] },
    });
    const rules = [{ id: "crew", when: { segment: "crew" }, serve: { variant: "on" } }];
    await t.call(
      "PUT",
      `${FLAGS}/top`,
      aFlagBody("top", { rules, prerequisites: [{ flag: "base", variants: ["on"] }] }),
    );
    await t.archive("top");
    await t.archive("base");
    await t.call("DELETE", "/api/v1/environments/production/segments/crew");
    expect(await t.unarchive("top")).toMatchObject({
      status: 409,
      body: { detail: 'flag "top" needs other flags that are archived: "base"; restore those first' },
    });
    await t.unarchive("base");
    const missing = await t.unarchive("top");
    expect(missing).toMatchObject({
      status: 422,
      body: {
        errors: [{ detail: 'flag "top" names segment "crew", which does not exist in environment "production"' }],
      },
    });
    expect((await t.call("GET", definitionPath("top"))).body.archivedAt).toBeDefined();
    await t.call("PUT", "/api/v1/environments/production/segments/crew", {
      condition: { attribute: "plan", operator: "in", values: ["pro"] },
    });
    expect((await t.unarchive("top")).status).toBe(200);
    expect((await t.evaluate("top", { targetingKey: "u", plan: "pro" })).body).toMatchObject({ value: true });
  });

  test("obey If-Match and dry runs, and repeating a write changes nothing", async () => {
    await t.create("conditional");
    const before = await t.versions();
    const tag = (await t.call("GET", definitionPath("conditional"))).headers.get("etag") ?? "";
    expect((await t.call("POST", `${definitionPath("conditional")}/archive?dryRun=true`)).status).toBe(204);
    expect((await t.call("GET", definitionPath("conditional"))).headers.get("etag")).toBe(tag);
    expect((await t.archive("conditional", { "if-match": '"old"' })).status).toBe(412);
    expect((await t.archive("conditional", { "if-match": tag })).status).toBe(200);
    const archivedTag = (await t.call("GET", definitionPath("conditional"))).headers.get("etag");
    expect(archivedTag).not.toBe(tag);
    expect((await t.archive("conditional")).body).toEqual({ environments: {}, warnings: [] });
    expect((await t.call("POST", `${definitionPath("conditional")}/unarchive?dryRun=true`)).status).toBe(204);
    expect((await t.unarchive("conditional", { "if-match": tag })).status).toBe(412);
    expect((await t.unarchive("conditional", { "if-match": archivedTag ?? "" })).status).toBe(200);
    expect((await t.unarchive("conditional")).body).toEqual({ environments: {} });
    expect((await t.versions())["production"]).toBe(before["production"] + 2);
    expect((await t.archive("ghost")).status).toBe(404);
    expect((await t.unarchive("ghost")).status).toBe(404);
  });
});
