import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { listAudit } from "../../../src/store/audit/audit.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { deleteFlag, saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(BACKENDS)("the outbox and the audit on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  it("returns the unpublished changes, the last ones of more than 64", async ({ expect }) => {
    const { version: first } = await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`do $$ begin for i in 1..70 loop
      update flag_configurations set rules = jsonb_build_array(jsonb_build_object('id', i));
      commit; end loop; end $$`);
    const { version, pending } = await saveFlag(store.db, "prod", aFlag("a"), options);
    expect(version).toBe(first + 71);
    expect(pending.map(([at]) => at)).toEqual(Array.from({ length: 64 }, (_, i) => version - 63 + i));
    expect(pending.map(([, fields]) => fields)).not.toContain("*");
    await store.rows("update outbox set done_at = now() where version <= $1 or version = $2", [
      version - 5,
      version - 2,
    ]);
    const again = await saveFlag(store.db, "prod", aFlag("a"), options);
    expect(again.pending.map(([at]) => at)).toEqual([version - 4, version - 3, version - 2, version - 1, version]);
    await store.exec("update outbox set done_at = now()");
    expect((await saveFlag(store.db, "prod", aFlag("a"), options)).pending).toEqual([]);
  });

  it("returns the changed documents from its own transaction, unless there are many", async ({ expect }) => {
    const segments = [aSegment("s")];
    const user = (key: string) =>
      aFlag(key, { rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }] });
    const { version } = await saveProject(
      store.db,
      "prod",
      { flags: [user("a"), user("b"), aFlag("c")], segments },
      options,
    );
    const condition = { attribute: "plan", operator: "equals" as const, values: ["pro"] };
    const written = await saveSegment(store.db, "prod", aSegment("s", condition), options);
    const reading = await createFlagReader(store.db).readFlags("prod", ["a", "b"]);
    expect(reading?.flags.get("a")?.segments).toEqual({ s: condition });
    // The publication brings the changes.
    expect(written.reading).toEqual({ ...reading, changes: undefined });
    expect((await deleteFlag(store.db, "prod", "a", options)).reading).toMatchObject({
      asOf: version + 2,
      flags: new Map([["a", null]]),
      index: ["b", "c"],
    });
    expect((await saveFlag(store.db, "prod", aFlag("c"), options)).reading).toBeUndefined();
    const many = Array.from({ length: 30 }, (_item, i) => aFlag(`f${i}`));
    expect((await saveProject(store.db, "prod", { flags: many, segments: [] }, options)).reading).toBeUndefined();
  });

  it("gives the sweep everything that is not done, and marks it", async ({ expect }) => {
    const outbox = createOutbox(store.db);
    const a = await saveFlag(store.db, "prod", aFlag("a"), options);
    const b = await saveFlag(store.db, "dev", aFlag("b"), options);
    const c = await saveFlag(store.db, "prod", aFlag("c"), options);
    expect((await outbox.readUnconfirmed()).pending).toEqual(
      new Map([
        ["dev", { version: b.version, tag: b.tag, pending: b.pending }],
        [
          "prod",
          {
            version: c.version,
            tag: c.tag,
            pending: [...a.pending, [c.version, ["@index", "c"], a.tag]],
          },
        ],
      ]),
    );
    // A later version is done before an earlier one. The list must still name every version in between.
    await store.rows("update outbox set done_at = now() where environment = 'prod' and version = $1", [c.version]);
    expect((await outbox.readUnconfirmed()).pending.get("prod")?.pending.map(([at]) => at)).toEqual([
      a.version,
      c.version,
    ]);
    await outbox.confirm("prod", c.version, []);
    expect([...(await outbox.readUnconfirmed()).pending.keys()]).toEqual(["dev"]);
    await store.exec(`do $$ begin for i in 1..64 loop
      update flag_configurations set rules = jsonb_build_array(jsonb_build_object('id', i)) where environment = 'dev';
      commit; end loop; end $$`);
    const versions = Array.from({ length: 65 }, (_, i) => b.version + i);
    expect((await outbox.readUnconfirmed()).pending.get("dev")?.pending.map(([at]) => at)).toEqual(versions);
    // 65 changes of 8,000 characters are too large for one command.
    await store.exec("update outbox set fields = array(select repeat('x', 40) from generate_series(1, 200))");
    const version = b.version + 64;
    expect((await outbox.readUnconfirmed()).pending.get("dev")).toMatchObject({
      version,
      pending: [[version, "*"]],
      tag: expect.any(String),
    });
  });

  it("prunes rows done over a week ago, but never an environment's last 500", async ({ expect }) => {
    await store.exec(`
      insert into environments (key, name) values ('old', 'Old');
      insert into outbox (environment, version, fields, done_at)
      select 'old', i, '{}', case when i <> 7 then now() - interval '8 days' end from generate_series(1, 600) i;`);
    await createOutbox(store.db).pruneOutbox();
    const rows = await store.rows<{ version: string }>(
      "select version from outbox where environment = 'old' order by version",
    );
    expect(rows.map((row) => Number(row.version))).toEqual([7, ...Array.from({ length: 500 }, (_item, i) => 101 + i)]);
  });

  it("records who changed what, before and after, and the version", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("audited"), { actor: "ada" });
    const { version } = await saveFlag(store.db, "prod", aFlag("audited", { enabled: false }), { actor: "grace" });
    await store.exec("update flags set owner = 'growth' where key = 'audited'");
    const [owner, change, ...rest] = (await listAudit(store.db, { environment: "prod", key: "audited", limit: 10 }))
      .items;
    expect(change).toMatchObject({
      actor: "grace",
      environment: "prod",
      entity: "configuration",
      key: "audited",
      action: "update",
      before: { enabled: true },
      after: { enabled: false },
      version,
      at: expect.stringMatching(iso),
    });
    expect(owner).toMatchObject({
      actor: expect.stringMatching(/^sql:/),
      environment: null,
      entity: "flag",
      before: { owner: null },
      after: { owner: "growth" },
    });
    expect(rest.map(({ entity, action }) => [entity, action])).toEqual([
      ["configuration", "create"],
      ["flag", "create"],
    ]);
    expect(
      (await listAudit(store.db, { environment: "dev", entity: "configuration", key: "audited", limit: 10 })).items,
    ).toEqual([]);
    const older = (await listAudit(store.db, { key: "audited", limit: 1, before: change?.id })).items;
    expect(older).toEqual([rest[0]]);
  });

  it("does not pass one write's actor to the next statement of its connection", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor: "ada" });
    await store.exec("update flag_configurations set enabled = false");
    expect((await listAudit(store.db, { limit: 1 })).items[0]?.actor).toMatch(/^sql:/);
  });
});
