import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLAGS } from "../client.ts";
import { definitionPath, type LifecycleTest, startLifecycleTest } from "./harness.ts";

const REPOSITORIES = "/api/v1/code-references";
const SHOP = `${REPOSITORIES}/acme%2Fshop`;

describe("references in code", () => {
  let t: LifecycleTest;
  beforeAll(async () => {
    t = await startLifecycleTest();
    for (const key of ["named", "other", "free"]) await t.create(key);
  });
  afterAll(() => t.close());

  const put = (counts: object, commit = "0123456789abcdef", path = SHOP) => t.call("PUT", path, { commit, counts });
  const references = async (key: string) => (await t.call("GET", `${definitionPath(key)}/lifecycle`)).body.references;

  test("are stored for each repository, and the next scan replaces them", async () => {
    const before = await t.versions();
    const first = await put({ named: 3, other: 1, ghost: 2 });
    expect(first).toMatchObject({
      status: 200,
      body: { repository: "acme/shop", flags: 2, references: 4, unknownKeys: ["ghost"] },
    });
    expect(await references("named")).toEqual([
      { repository: "acme/shop", count: 3, commit: "0123456789abcdef", scannedAt: expect.stringMatching(/Z$/) },
    ]);
    await put({ named: 3, other: 1, ghost: 2 });
    expect((await t.call("GET", SHOP)).body).toMatchObject({ counts: { named: 3, other: 1 } });
    await put({ named: 2 }, "second");
    expect((await t.call("GET", SHOP)).body).toMatchObject({ commit: "second", counts: { named: 2 } });
    expect(await references("other")).toEqual([]);
    await put({ named: 1 }, "1", `${REPOSITORIES}/api`);
    const list = (await t.call("GET", REPOSITORIES)).body.items;
    expect(list).toMatchObject([
      { repository: "acme/shop", flags: 1, references: 2 },
      { repository: "api", flags: 1, references: 1 },
    ]);
    expect(await t.versions()).toEqual(before);
    expect((await t.call("DELETE", `${REPOSITORIES}/api?dryRun=true`)).status).toBe(204);
    expect((await t.call("DELETE", `${REPOSITORIES}/api`)).body).toMatchObject({ repository: "api" });
    expect((await t.call("DELETE", `${REPOSITORIES}/api`)).status).toBe(404);
    expect((await t.call("GET", `${REPOSITORIES}/api`)).status).toBe(404);
  });

  test("wrong scans are refused with the field", async () => {
    const cases: [body: object, pointer: string, detail: RegExp][] = [
      [{ counts: {} }, "/commit", /required|must be text/],
      [{ commit: "a b", counts: {} }, "/commit", /only letters, digits/],
      [{ commit: "a", counts: [] }, "/counts", /must be an object/],
      [{ commit: "a", counts: { named: 0 } }, "/counts/named", /whole number from 1/],
      [{ commit: "a", counts: { "a b": 1 } }, "/counts", /only keys that a flag can have/],
      [{ commit: "a", counts: {}, code: "x" }, "/code", /not a field/],
      [
        { commit: "a", counts: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1])) },
        "/counts",
        /more than 10000 flags/,
      ],
    ];
    for (const [body, pointer, detail] of cases) {
      const refused = await t.call("PUT", SHOP, body);
      const label = JSON.stringify(body).slice(0, 60);
      expect(refused.status, label).toBe(422);
      expect(refused.body.errors, label).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
    }
    expect((await t.call("PUT", `${REPOSITORIES}/${"x".repeat(201)}`, { commit: "a", counts: {} })).status).toBe(404);
  });

  test("warn of an archiving and of deletions, by name", async () => {
    await put({ named: 2, other: 1 }, "fedcba9876543210");
    await t.project.backends.neon.query(`insert into usage_scopes (environment) values ('production')`);
    await t.project.backends.neon.query(`insert into flag_usage (scope, flag_key, used_at)
      select id, 'named', '${new Date(t.clock.now() - 86_400_000).toISOString()}' from usage_scopes`);
    const warnings = [
      expect.stringMatching(/^acme\/shop names it 2 times \(commit fedcba987654, scanned on \d{4}-\d\d-\d\d\)$/),
      expect.stringMatching(/^production evaluated it on \d{4}-\d\d-\d\d$/),
    ];
    expect((await t.call("GET", `${definitionPath("named")}/lifecycle`)).body.warnings).toEqual(warnings);
    expect((await t.archive("named")).body).toMatchObject({ warnings });
    expect(await references("named")).toHaveLength(1);
    expect((await t.unarchive("named")).body.warnings).toBeUndefined();
    const staging = FLAGS.replace("production", "staging");
    expect((await t.call("DELETE", `${staging}/named`)).body).toMatchObject({ warnings: [warnings[0]] });
    expect((await t.call("DELETE", definitionPath("named"))).body).toMatchObject({ warnings });
    expect((await t.call("DELETE", definitionPath("free"))).body).toMatchObject({ warnings: [] });
    expect((await t.call("GET", SHOP)).body.counts).toEqual({ other: 1 });
  });
});
