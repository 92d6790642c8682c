import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { deleteFlag, saveDefinition, saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const actor = "ada";

describe.each(BACKENDS)("versions on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const version = async (environment = "prod") =>
    (await store.rows<{ version: string }>(`select version from environments where key = $1`, [environment])).map(
      (row) => Number(row.version),
    )[0] ?? 0;
  const stamps = async (environment = "prod") =>
    Object.fromEntries(
      (
        await store.rows<{ key: string; version: string }>(
          "select key, version from document_versions where environment = $1 and kind = 'flag'",
          [environment],
        )
      ).map((row) => [row.key, Number(row.version)]),
    );
  const changedAt = async (at: number, environment = "prod") => {
    const reading = await createFlagReader(store.db).readFlags(environment, [], at - 1);
    return reading?.changes?.[0]?.[1];
  };

  it("makes one version per transaction, however many statements it has", async ({ expect }) => {
    await saveProject(store.db, "prod", { flags: [aFlag("a"), aFlag("b"), aFlag("c")], segments: [] }, { actor });
    const before = await version();
    await store.exec(`
      begin;
      update flag_configurations set enabled = false where flag_key = 'a';
      update flag_configurations set off_variant = 'on' where flag_key = 'a';
      update flag_configurations set enabled = false where flag_key = 'b';
      commit;`);
    expect(await version()).toBe(before + 1);
    expect(await changedAt(before + 1)).toEqual(["a", "b"]);
    expect(await stamps()).toEqual({ a: before + 1, b: before + 1, c: before });
  });

  it("makes no version if the statements change nothing", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await version();
    await store.exec("update flag_configurations set enabled = enabled; update flags set variants = variants;");
    await store.exec("delete from flag_configurations where flag_key = 'ghost'");
    expect(await saveFlag(store.db, "prod", aFlag("a"), { actor })).toMatchObject({ version: before });
    expect(await version()).toBe(before);
  });

  it("makes no version if the transaction is rolled back", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await version();
    await store.exec("begin; update flag_configurations set enabled = false; rollback;");
    expect(await version()).toBe(before);
  });

  it("makes versions of manual edits, and names the index when flags come and go", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await version();
    await store.exec("insert into flags (key, kind, type, variants) values ('b', 'flag', 'boolean', '{\"on\": true}')");
    expect(await version()).toBe(before);
    await store.exec(`insert into flag_configurations (environment, flag_key, enabled, default_serve)
      values ('prod', 'b', true, '{"variant": "on"}')`);
    expect(await changedAt(before + 1)).toEqual(["@index", "b"]);
    await store.exec("update flag_configurations set enabled = false where flag_key = 'b'");
    expect(await changedAt(before + 2)).toEqual(["b"]);
    await store.exec("delete from flag_configurations where flag_key = 'b'");
    expect(await changedAt(before + 3)).toEqual(["@index", "b"]);
    expect(await stamps()).toEqual({ a: before });
  });

  it("refuses TRUNCATE, whose changes no trigger sees", async ({ expect }) => {
    for (const table of ["flags", "flag_configurations", "segments", "sdk_keys", "environments", "outbox"]) {
      await expect(store.exec(`truncate ${table} cascade`)).rejects.toThrow(/TRUNCATE of .* is refused/);
    }
  });

  it("gives a changed definition a version in every environment that configures the flag", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    await saveFlag(store.db, "dev", aFlag("a"), { actor });
    const [prod, dev, staging] = [await version("prod"), await version("dev"), await version("staging")];
    await store.exec("update flags set client_visible = false where key = 'a'");
    expect(await version("prod")).toBe(prod + 1);
    expect(await version("dev")).toBe(dev + 1);
    expect(await version("staging")).toBe(staging);
    const written = await saveDefinition(store.db, { ...aFlag("a"), description: "Now described." }, { actor });
    expect([...written.keys()]).toEqual(["dev", "prod"]);
    expect(written.get("dev")).toMatchObject({
      version: dev + 2,
      pending: expect.arrayContaining([[dev + 2, ["a"], expect.any(String)]]),
    });
    expect(written.get("prod")).toMatchObject({
      version: prod + 2,
      pending: expect.arrayContaining([[prod + 2, ["a"], expect.any(String)]]),
    });
    const saved = await saveFlag(store.db, "prod", aFlag("a", {}, { metadata: { team: "growth" } }), { actor });
    expect(saved.version).toBe(prod + 3);
    expect(saved.elsewhere.get("dev")).toMatchObject({ version: dev + 3 });
  });

  it("stamps every flag that depends on a changed flag, directly or indirectly", async ({ expect }) => {
    await saveProject(
      store.db,
      "prod",
      {
        segments: [aSegment("shell-users", { flag: "shell", variants: ["on"] })],
        flags: [
          aFlag("shell"),
          aFlag("by-prerequisite", { prerequisites: [{ flag: "shell", variants: ["on"] }] }),
          aFlag("by-condition", {
            rules: [
              { id: "r", when: { not: { flag: "by-prerequisite", variants: ["on"] } }, serve: { variant: "on" } },
            ],
          }),
          aFlag("by-segment", { rules: [{ id: "r", when: { segment: "shell-users" }, serve: { variant: "on" } }] }),
          aFlag("bystander"),
        ],
      },
      { actor },
    );
    const before = await version();
    await store.exec(
      "update flag_configurations set enabled = false where environment = 'prod' and flag_key = 'shell'",
    );
    expect(await changedAt(before + 1)).toEqual(["by-condition", "by-prerequisite", "by-segment", "shell"]);
    expect(await stamps()).toMatchObject({ "by-condition": before + 1, "by-segment": before + 1, bystander: before });
  });

  it("stamps every flag that uses a changed segment, also through other segments", async ({ expect }) => {
    await saveProject(
      store.db,
      "prod",
      {
        segments: [aSegment("inner"), aSegment("outer", { all: [{ segment: "inner" }] }), aSegment("unused")],
        flags: [
          aFlag("direct", { rules: [{ id: "r", when: { segment: "inner" }, serve: { variant: "off" } }] }),
          aFlag("indirect", { rules: [{ id: "r", when: { any: [{ segment: "outer" }] }, serve: { variant: "off" } }] }),
          aFlag("dependent", { prerequisites: [{ flag: "indirect", variants: ["on"] }] }),
          aFlag("bystander"),
        ],
      },
      { actor },
    );
    const before = await version();
    const written = await saveSegment(
      store.db,
      "prod",
      aSegment("inner", { attribute: "plan", operator: "in", values: ["pro"] }),
      { actor },
    );
    expect(written.version).toBe(before + 1);
    expect(written.pending.at(-1)?.slice(0, 2)).toEqual([before + 1, ["dependent", "direct", "indirect"]]);
    await saveSegment(store.db, "prod", { ...aSegment("unused"), name: "Other" }, { actor });
    expect(await changedAt(before + 2)).toEqual([]);
  });

  it("names the key table when SDK keys change, and nothing for admin tokens", async ({ expect }) => {
    const before = await version();
    const hash = "0".repeat(64);
    await store.exec(`insert into sdk_keys (id, environment, kind, name, secret_hash)
      values ('AAAAAAAAAAAA', 'prod', 'server', 'api', '${hash}')`);
    expect(await changedAt(before + 1)).toEqual(["@keys"]);
    await store.exec("update sdk_keys set revoked_at = now()");
    expect(await changedAt(before + 2)).toEqual(["@keys"]);
    await store.exec(`insert into sdk_keys (id, kind, role, name, secret_hash)
      values ('BBBBBBBBBBBB', 'admin', 'write', 'root', '${hash}')`);
    expect(await version()).toBe(before + 2);
  });

  it("records a change of more than 200 flags as a change of everything", async ({ expect }) => {
    const many = Array.from({ length: 201 }, (_item, i) => aFlag(`f${i}`));
    await saveProject(store.db, "prod", { flags: many, segments: [] }, { actor });
    const before = await version();
    await store.exec("update flag_configurations set enabled = false where flag_key <= 'f150'");
    expect(await changedAt(before + 1)).toHaveLength(59);
    await store.exec(`begin;
      update flag_configurations set enabled = false where flag_key = 'f200';
      update flag_configurations set off_variant = 'on';
      commit;`);
    expect(await changedAt(before + 2)).toBe("*");
  });

  it("never goes back, and purges everything if a version is raised by hand", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await version();
    await expect(store.exec("update environments set version = 0 where key = 'prod'")).rejects.toThrow(
      /cannot go back/,
    );
    await store.exec("update environments set version = version + 1000 where key = 'prod'");
    const { version: next, pending } = await deleteFlag(store.db, "prod", "a", { actor });
    expect(next).toBe(before + 1001);
    // The versions in between have no changes, so the change is "everything".
    expect(pending).toEqual([[before + 1001, "*"]]);
  });

  it("an observer sees every version of 20 writers in order, and its changes without a gap", async ({ expect }) => {
    const reader = createFlagReader(store.db);
    const start = (await reader.readFlags("prod", []))?.asOf ?? 0;
    const writers = Array.from({ length: 20 }, async (_item, writer) => {
      for (let i = 0; i < 3; i++) {
        const off = aFlag(`f${writer}`, { enabled: i % 2 === 0, rules: [{ id: `r${i}`, serve: { variant: "on" } }] });
        await saveFlag(store.db, "prod", off, { actor });
      }
    });
    const writing = { on: true };
    const done = Promise.all(writers).finally(() => {
      writing.on = false;
    });
    let seen = start;
    const told: number[] = [];
    while (writing.on) {
      const reading = await reader.readFlags("prod", [], seen);
      if (!reading?.changes) throw new Error(`changes from ${seen} to ${reading?.asOf} are not known`);
      told.push(...reading.changes.map(([at]) => at));
      seen = reading?.asOf ?? 0;
    }
    await done;
    told.push(...((await reader.readFlags("prod", [], seen))?.changes ?? []).map(([at]) => at));
    expect(told).toEqual(Array.from({ length: 60 }, (_item, i) => start + 1 + i));
  });

  it("writers of one definition in several environments all succeed, without a deadlock", async ({ expect }) => {
    const names = ["prod", "dev", "staging"];
    for (const name of names) await saveFlag(store.db, name, aFlag("shared"), { actor });
    const before = await version("prod");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 18 }, (_item, i) =>
        saveFlag(store.db, names[i % 3] ?? "", aFlag("shared", {}, { metadata: { writer: i } }), { actor }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === "rejected")).toEqual([]);
    expect(await version("prod")).toBe(before + 18);
  });
});
