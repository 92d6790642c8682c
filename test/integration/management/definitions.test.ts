import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { changeDefinition } from "../../../src/http/management/definitions/change-definition.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { aFlag } from "../../support/project.ts";
import { FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

const DEFINITION = "/api/v1/flags/shared";

/** A flag has a version in each environment. An opaque tag stands for the flag in all of them. */
describe("definitions with conditional requests", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    for (const environment of ["production", "staging"]) {
      const flag = { ...aFlag({ key: "shared" }), description: "", tags: [] };
      await saveFlag(t.project.db, environment, flag, { actor: "test" });
    }
  });

  const tag = async () => (await t.call("GET", DEFINITION)).headers.get("etag") ?? "";
  const patch = (body: object, ifMatch?: string) =>
    t.call("PATCH", DEFINITION, body, ifMatch === undefined ? {} : { "if-match": ifMatch });
  /** One change of each part of a definition. */
  const CHANGES: [what: string, change: () => Promise<unknown>][] = [
    ["its description", () => patch({ description: `${Math.random()}` })],
    ["its variants", () => patch({ variants: { third: true } })],
    ["a configuration", () => t.call("PATCH", `${FLAGS}/shared`, { enabled: false })],
    [
      "a configuration in another environment",
      () => t.call("PATCH", `${FLAGS.replace("production", "staging")}/shared`, { enabled: false }),
    ],
    ["an environment that has it no more", () => t.call("DELETE", `${FLAGS.replace("production", "staging")}/shared`)],
    [
      "an edit in SQL",
      () => t.project.backends.neon.query("update flags set metadata = '{\"by\":\"hand\"}' where key = 'shared'"),
    ],
  ];

  test("GET returns an ETag, and 304 to a client that has it, until something changes", async ({ expect }) => {
    const before = await tag();
    expect(before).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await tag()).toBe(before);
    const unchanged = await t.call("GET", DEFINITION, undefined, { "if-none-match": `W/${before}` });
    expect([unchanged.status, unchanged.body, unchanged.headers.get("etag")]).toEqual([304, "", before]);
    await patch({ description: "Changed" });
    expect((await t.call("GET", DEFINITION, undefined, { "if-none-match": before })).status).toBe(200);
  });

  test.for(CHANGES)(
    "a change of %s changes the ETag, so that a client with the old one is refused",
    async ([, change], { expect }) => {
      const before = await tag();
      await change();
      const current = await tag();
      expect(current).not.toBe(before);
      for (const [method, body] of [
        ["PATCH", { tags: ["late"] }],
        ["DELETE", undefined],
      ] as const) {
        const refused = await t.call(method, DEFINITION, body, { "if-match": before });
        expect(refused, method).toMatchObject({ status: 412, body: { status: 412 } });
        expect(refused.headers.get("etag")).toBe(current);
      }
      expect((await t.call("GET", DEFINITION)).body.tags).not.toContain("late");
    },
  );

  test("a change of something else keeps the ETag", async ({ expect }) => {
    const before = await tag();
    await t.project.save({ key: `other-${Math.random()}`.replace("0.", "") });
    await patch({ tags: [] });
    expect(await tag()).toBe(before);
  });

  test("a write with the current ETag, one of several, a weakened one or * succeeds", async ({ expect }) => {
    for (const named of [
      (now: string) => now,
      (now: string) => `"x", ${now}`,
      (now: string) => `W/${now}`,
      () => "*",
    ]) {
      const { status } = await patch({ description: `${Math.random()}` }, named(await tag()));
      expect(status).toBe(200);
    }
    expect((await t.call("DELETE", DEFINITION, undefined, { "if-match": await tag() })).status).toBe(200);
    for (const method of ["PATCH", "DELETE"]) {
      const body = method === "PATCH" ? {} : undefined;
      expect((await t.call(method, DEFINITION, body, { "if-match": "*" })).status).toBe(404);
    }
  });

  test("one of several simultaneous writers succeeds, and the others are refused", async ({ expect }) => {
    const before = await tag();
    const responses = await Promise.all(
      Array.from({ length: 6 }, (_, i) => patch({ description: `writer ${i}` }, before)),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412, 412, 412]);
    const winner = responses.findIndex(({ status }) => status === 200);
    expect((await t.call("GET", DEFINITION)).body.description).toBe(`writer ${winner}`);
  });

  test("without a condition no field is lost, also for a flag that no environment has", async ({ expect }) => {
    await t.project.backends.neon.query("delete from flag_configurations where flag_key = 'shared'");
    await t.project.backends.neon.query(
      "insert into flags (key, kind, type, variants, client_visible, metadata) values ('shared', 'flag', 'boolean', '{\"on\":true}', true, '{}') on conflict (key) do nothing",
    );
    const responses = await Promise.all([patch({ description: "Both" }), patch({ owner: "growth" })]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect((await t.call("GET", DEFINITION)).body).toMatchObject({
      description: "Both",
      owner: "growth",
      environments: {},
    });
    const before = await tag();
    await patch({ description: "Later" });
    expect((await patch({ description: "Late" }, before)).status).toBe(412);
  });

  test("merges that collide are tried as often as those of a flag, so that nine at once succeed", async ({
    expect,
  }) => {
    const pauses = { clock: t.clock, random: () => 0 };
    const changes = Array.from({ length: 9 }, (_, i) => ({ [`field-${i}`]: i })).map((metadata) =>
      changeDefinition(t.project.db, "shared", {
        patch: { metadata },
        headers: new Headers(),
        writer: { actor: "test" },
        pauses,
      }),
    );
    await Promise.all(changes);
    const { metadata } = (await t.call("GET", DEFINITION)).body;
    expect(Object.keys(metadata).filter((name) => name.startsWith("field-"))).toHaveLength(9);
  });
});
