import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { createOutbox } from "../../../src/store/outbox.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { createEnvironment, deleteEnvironment } from "../../../src/store/writes/environments.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "./backends.ts";

const actor = "ada";
const TAG = /^[0-9a-f]{12}$/;

describe.each(BACKENDS)("version tags on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const read = (since?: number) => createFlagReader(store.db).readFlags("prod", ["a"], since);
  const tagOf = async (environment = "prod") => {
    const [row] = await store.rows<{ tag: string | null }>(
      "select version_tag as tag from environments where key = $1",
      [environment],
    );
    return row?.tag;
  };
  /** The tags in the outbox, by version. */
  const listed = async (environment = "prod") => {
    const rows = await store.rows<{ version: string; tag: string | null }>(
      "select version, tag from outbox where environment = $1 order by version",
      [environment],
    );
    return new Map(rows.map(({ version, tag }) => [Number(version), tag]));
  };
  /** Undoes the last version as a restore does, and makes it again with other contents. */
  const restoreAndWrite = async (sqlText: string) => {
    const version = (await read())?.asOf ?? 0;
    await store.exec(`
      begin;
      set local session_replication_role = replica;
      update environments set bumped_by = null, version = ${version - 1}, version_tag = (
        select tag from outbox where environment = 'prod' and version = ${version - 1}
      ) where key = 'prod';
      delete from outbox where environment = 'prod' and version = ${version};
      commit;`);
    await store.exec(sqlText);
  };

  it("draws another tag with every version, for the environment and its outbox row", async ({ expect }) => {
    const first = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const second = await saveFlag(store.db, "prod", aFlag("b"), { actor });
    expect(first.tag).toMatch(TAG);
    expect(second.tag).toMatch(TAG);
    expect(second.tag).not.toBe(first.tag);
    expect(await tagOf()).toBe(second.tag);
    const rows = await listed();
    expect([rows.get(first.version), rows.get(second.version)]).toEqual([first.tag, second.tag]);
    expect(second.pending.at(-1)?.[2]).toBe(first.tag);
  });

  it("keeps the tag with the version, whatever else changes", async ({ expect }) => {
    const { tag, version } = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    await store.exec("update environments set name = 'Live' where key = 'prod'");
    await store.exec("update flag_configurations set enabled = enabled");
    expect(await read()).toMatchObject({ asOf: version, tag });
  });

  it("draws one tag for a transaction of many statements", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await tagOf();
    await store.exec(`
      begin;
      update flag_configurations set enabled = false where flag_key = 'a';
      update flag_configurations set off_variant = 'on' where flag_key = 'a';
      update flags set client_visible = false where key = 'a';
      commit;`);
    const reading = await read();
    expect(reading?.tag).not.toBe(before);
    expect((await listed()).get(reading?.asOf ?? 0)).toBe(reading?.tag);
  });

  it("draws one for a version that was raised by hand, or after a restore", async ({ expect }) => {
    const { version, tag } = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    await store.exec(`update environments set version = ${version + 10} where key = 'prod'`);
    const byHand = await tagOf();
    expect(byHand).toMatch(TAG);
    expect(byHand).not.toBe(tag);
    expect((await listed()).get(version + 10)).toBe(byHand);
    await createOutbox(store.db).raiseVersions(new Map([["prod", version + 20]]), 1000);
    expect(await tagOf()).not.toBe(byHand);
    expect((await listed()).get(version + 1020)).toBe(await tagOf());
  });

  it("draws one for a new environment, and for one that only a cache knows", async ({ expect }) => {
    const written = await createEnvironment(store.db, { key: `new-${Date.now()}`, name: "New" }, { actor });
    expect(written.tag).toMatch(TAG);
    const gone = `gone-${Date.now()}`;
    await createOutbox(store.db).raiseVersions(new Map([[gone, 7]]), 1000);
    expect((await listed(gone)).get(1007)).toMatch(TAG);
    const again = await createEnvironment(store.db, { key: gone, name: "Again" }, { actor });
    expect(again).toMatchObject({ version: 1007, tag: (await listed(gone)).get(1007) });
  });

  it("keeps the tag of a deletion if the environment is created again", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const before = await tagOf();
    const deleted = await deleteEnvironment(store.db, "prod", { actor });
    expect(deleted.tag).toMatch(TAG);
    expect(deleted.tag).not.toBe(before);
    const again = await createEnvironment(store.db, { key: "prod", name: "Again" }, { actor });
    expect(again).toMatchObject({ version: deleted.version, tag: deleted.tag });
  });

  it("draws one for a deletion in SQL that changes nothing before", async ({ expect }) => {
    await store.exec("delete from environments where key = 'prod'");
    const rows = [...(await listed()).values()];
    expect(rows.at(-1)).toMatch(TAG);
    expect(rows.at(-1)).not.toBe(rows.at(-2));
    const { pending } = await createOutbox(store.db).readUnconfirmed();
    expect(pending.get("prod")?.tag).toBe(rows.at(-1));
  });

  it("keeps a tag that is inserted with its version, as by a restore of the data alone", async ({ expect }) => {
    const key = `data-${Date.now()}`;
    await store.exec(`insert into environments (key, name, version, version_tag) values ('${key}', 'D', 5, 'abc')`);
    expect(await tagOf(key)).toBe("abc");
  });

  it("gives writes and the sweep the tags that their changes lead on from", async ({ expect }) => {
    const outbox = createOutbox(store.db, { redis: "redis" });
    const a = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    await outbox.readUnconfirmed();
    await outbox.confirm("prod", a.version, ["redis"]);
    const b = await saveFlag(store.db, "prod", aFlag("a", { enabled: false }), { actor });
    const c = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const pending = [
      [b.version, ["a"], a.tag],
      [c.version, ["a"], b.tag],
    ];
    expect(c).toMatchObject({ tag: c.tag, pending });
    expect((await outbox.readUnconfirmed()).pending.get("prod")).toEqual({ version: c.version, tag: c.tag, pending });
  });

  it("tells readers the tag that the changes lead on from", async ({ expect }) => {
    const a = await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const b = await saveFlag(store.db, "prod", aFlag("b"), { actor });
    const fields = ["@index", "b"];
    const since = async (version: number) => (await read(version))?.changes;
    expect(await since(a.version)).toEqual([[b.version, fields, a.tag]]);
    expect(await since(b.version)).toEqual([]);
    // A version from before there were tags.
    await store.exec(`update outbox set tag = null where environment = 'prod' and version = ${a.version}`);
    expect(await since(a.version)).toEqual([[b.version, fields]]);
    // A new environment has no outbox row for its version.
    await store.exec(`delete from outbox where environment = 'prod' and version = ${a.version}`);
    expect(await since(a.version)).toEqual([[b.version, fields]]);
  });

  it("tells a version that a restore has undone from the one that took its number", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor });
    const lost = await saveFlag(store.db, "prod", aFlag("a", { enabled: false }), { actor });
    await restoreAndWrite("update flag_configurations set off_variant = 'on' where flag_key = 'a'");
    const reading = await read(lost.version);
    expect(reading?.asOf).toBe(lost.version);
    expect(reading?.tag).not.toBe(lost.tag);
    await store.exec("update flag_configurations set off_variant = 'off' where flag_key = 'a'");
    expect((await read(lost.version))?.changes).toEqual([[lost.version + 1, ["a"], reading?.tag]]);
  });
});
