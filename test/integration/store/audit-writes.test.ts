import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { listAudit } from "../../../src/store/audit/audit.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { createEnvironment, deleteEnvironment, updateEnvironment } from "../../../src/store/writes/environments.ts";
import { deleteFlagDefinition, saveDefinition, saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { createAdminKey } from "../../../src/store/writes/tokens.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };

interface VersionRow {
  environment: string;
  version: number;
  at: string;
  write_id: number;
  audit_id: number;
  cause: string;
}

describe.each(BACKENDS)("writes in the audit on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const versions = async (environment: string): Promise<VersionRow[]> => {
    const rows = await store.rows<Record<keyof VersionRow, string>>(
      `select environment, version::text, at::text, write_id::text, audit_id::text, cause
      from audit_versions where environment = $1 order by audit_versions.version`,
      [environment],
    );
    return rows.map((row) => ({
      ...row,
      version: Number(row.version),
      write_id: Number(row.write_id),
      audit_id: Number(row.audit_id),
    }));
  };
  const newest = async (limit: number) => (await listAudit(store.db, { limit })).items;

  it("gives all rows of one write its number, and those of the next write another", async ({ expect }) => {
    const project = { flags: [aFlag("a"), aFlag("b")], segments: [aSegment("s")] };
    await saveProject(store.db, "prod", project, { ...options, note: "the launch" });
    const rows = await newest(5);
    const [first] = rows;
    expect(new Set(rows.map(({ writeId }) => writeId)).size).toBe(1);
    expect(rows.every(({ id, writeId, note }) => writeId !== null && writeId < id && note === "the launch")).toBe(true);
    await saveSegment(store.db, "prod", aSegment("t"), options);
    const [next] = await newest(1);
    expect(next).toMatchObject({ key: "t", note: null });
    expect(next?.writeId).toBeGreaterThan(first?.id ?? Infinity);
  });

  it("groups what one transaction in SQL changes, with its note", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`begin; set local burgee.note = 'by hand';
      update flag_configurations set enabled = false; update flags set owner = 'growth'; commit;`);
    const [owner, enabled] = await newest(2);
    expect(owner).toMatchObject({ entity: "flag", note: "by hand", writeId: enabled?.writeId });
    expect(owner?.actorName).toBe(owner?.actor);
    await store.exec("set burgee.write = '1'; update flags set owner = 'ads'; reset burgee.write");
    const [alone] = await newest(1);
    expect(alone?.writeId).toBeGreaterThan(owner?.id ?? Infinity);
    expect(alone?.note).toBeNull();
  });

  it("has the name that the token had", async ({ expect }) => {
    const token = { id: "TOKENTOKEN", role: "write" as const, name: "CI of the shop", secretHash: "ab".repeat(32) };
    await createAdminKey(store.db, token, options);
    await saveFlag(store.db, "prod", aFlag("a"), { actor: "key:TOKENTOKEN" });
    await store.exec("update sdk_keys set name = 'renamed' where id = 'TOKENTOKEN'");
    const [, configuration] = await newest(2);
    expect(configuration).toMatchObject({ actor: "key:TOKENTOKEN", actorName: "CI of the shop" });
  });

  it("has the versions that a definition made, where the flag is configured", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveFlag(store.db, "dev", aFlag("a"), options);
    await saveFlag(store.db, "staging", aFlag("b"), options);
    const { definition } = aFlag("a", {}, { metadata: { team: "shop" } });
    const written = await saveDefinition(store.db, { definition }, options);
    const [row] = await newest(1);
    const made = Object.fromEntries([...written].map(([environment, { version }]) => [environment, version]));
    expect(Object.keys(made)).toEqual(["dev", "prod"]);
    expect(row).toMatchObject({ entity: "flag", action: "update", version: null, versions: made });
    await saveDefinition(store.db, aFlag("nowhere"), options);
    expect((await newest(1))[0]?.versions).toBeNull();
    await deleteFlagDefinition(store.db, "a", options);
    const [deleted, ...configurations] = await newest(3);
    expect(deleted).toMatchObject({ entity: "flag", action: "delete", versions: null });
    expect(configurations.map(({ writeId }) => writeId)).toEqual([deleted?.writeId, deleted?.writeId]);
  });

  it("records each version with its write and the end of its rows", async ({ expect }) => {
    const before = await versions("prod");
    const { version } = await saveFlag(store.db, "prod", aFlag("a"), options);
    const [created] = await newest(1);
    await saveDefinition(store.db, aFlag("a", {}, { metadata: { team: "shop" } }), options);
    const [changed] = await newest(1);
    await updateEnvironment(store.db, "prod", { name: "Live" }, options);
    const made = (await versions("prod")).slice(before.length);
    expect(made).toMatchObject([
      { version, write_id: created?.writeId, audit_id: created?.id, cause: "change" },
      { version: version + 1, write_id: changed?.writeId, audit_id: changed?.id, cause: "change" },
    ]);
    expect(Date.parse(made[1]?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(made[0]?.at ?? ""));
  });

  it("counts changes after the checks of a transaction to its version", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`begin; set constraints all immediate;
      update flag_configurations set enabled = false; update flag_configurations set enabled = true;
      update flag_configurations set rules = '[{"id":"r"}]'; commit`);
    const [last] = await newest(1);
    expect((await versions("prod")).at(-1)).toMatchObject({ version: last?.version, audit_id: last?.id });
  });

  it("records the versions of an environment that is created, deleted and created again", async ({ expect }) => {
    const name = `copy-${Date.now().toString(36)}`;
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await createEnvironment(store.db, { key: name, name, copyFrom: "prod" }, options);
    const { version } = await deleteEnvironment(store.db, name, options);
    const [last] = await newest(1);
    const made = await versions(name);
    expect(made.map((row) => [row.version, row.cause])).toEqual([
      [1, "change"],
      [2, "change"],
      [3, "change"],
    ]);
    expect(made[2]).toMatchObject({ version, audit_id: last?.id });
    await createEnvironment(store.db, { key: name, name }, options);
    expect(await versions(name)).toEqual(made);
  });

  it("has a row and a marker for a version that was raised after a restore", async ({ expect }) => {
    const { version } = await saveFlag(store.db, "prod", aFlag("a"), options);
    const seen = new Map([["prod", version + 10]]);
    await createOutbox(store.db).raiseVersions(seen, 1000);
    const [row] = await newest(1);
    expect(row).toMatchObject({
      entity: "environment",
      key: "prod",
      action: "update",
      before: { version },
      after: { version: version + 1010 },
      version: version + 1010,
      note: expect.stringContaining("restored"),
    });
    expect((await versions("prod")).at(-1)).toMatchObject({
      version: version + 1010,
      audit_id: row?.id,
      cause: "raise",
    });
    await createOutbox(store.db).raiseVersions(new Map([["gone", 7]]), 1000);
    expect((await versions("gone")).at(-1)).toMatchObject({ version: 1007, cause: "raise" });
    await store.exec("delete from audit_versions where environment = 'gone'");
  });

  it("still accepts writes of workers that send no note", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`begin; select begin_write('old', 'prod', 'flag', 'a', 'present', null);
      update flag_configurations set enabled = false; set constraints all immediate; commit`);
    expect((await newest(1))[0]).toMatchObject({ actor: "old", actorName: "old", note: null });
  });
});
