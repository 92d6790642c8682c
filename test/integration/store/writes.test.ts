import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError, StoreUnavailableError } from "../../../src/ops/errors.ts";
import { listAudit } from "../../../src/store/audit.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { getDefinition, getFlag, listDefinitions, listFlags } from "../../../src/store/lists/flags.ts";
import { getSegment, listSegments } from "../../../src/store/lists/segments.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from "../../../src/store/writes/environments.ts";
import {
  deleteFlag,
  deleteFlagDefinition,
  saveDefinition,
  saveFlag,
  saveProject,
} from "../../../src/store/writes/flags.ts";
import { createAdminKey, createSdkKey, findAdminKey, listKeys, revokeKey } from "../../../src/store/writes/keys.ts";
import { deleteSegment, saveSegment } from "../../../src/store/writes/segments.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };
const hash = "ab".repeat(32);
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(BACKENDS)("writing on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const failure = async (write: Promise<unknown>) =>
    await write.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("costs one batch for each write and one query for each reading", async ({ expect }) => {
    store.endpoint.resetStats();
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveSegment(store.db, "prod", aSegment("s"), options);
    await deleteFlag(store.db, "prod", "a", options);
    expect(store.endpoint.stats()).toMatchObject({ requests: 3, batches: 3, queries: 0 });
    await createFlagReader(store.db).readEnvironment("prod");
    expect(store.endpoint.stats()).toMatchObject({ requests: 4, queries: 1 });
  });

  it("accepts only the version that the caller has seen, and names the current one", async ({ expect }) => {
    const { version } = await saveFlag(store.db, "prod", aFlag("a"), options);
    const changed = aFlag("a", { enabled: false });
    const next = await saveFlag(store.db, "prod", changed, { ...options, expectedVersion: version });
    const stale = await failure(saveFlag(store.db, "prod", aFlag("a"), { ...options, expectedVersion: version }));
    expect(stale).toBeInstanceOf(ConflictError);
    expect(stale).toHaveProperty("version", next.version);
    expect(await failure(deleteFlag(store.db, "prod", "a", { ...options, expectedVersion: version }))).toBeInstanceOf(
      ConflictError,
    );
    expect(await failure(saveFlag(store.db, "prod", aFlag("b"), { ...options, expectedVersion: 1 }))).toBeInstanceOf(
      ConflictError,
    );
    const segment = await saveSegment(store.db, "prod", aSegment("s"), options);
    expect(
      await failure(deleteSegment(store.db, "prod", "s", { ...options, expectedVersion: segment.version + 1 })),
    ).toHaveProperty("version", segment.version);
    expect(await failure(deleteFlag(store.db, "prod", "ghost", { ...options, mustNotExist: false }))).toBeInstanceOf(
      NotFoundError,
    );
  });

  it("lets exactly one of two writers with the same expected version through", async ({ expect }) => {
    const { version } = await saveFlag(store.db, "prod", aFlag("a"), options);
    const outcomes = await Promise.allSettled(
      ["x", "y", "z"].map((id) =>
        saveFlag(store.db, "prod", aFlag("a", { rules: [{ id, serve: { variant: "on" } }] }), {
          ...options,
          expectedVersion: version,
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("creates only what does not exist, and changes only what does", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { ...options, mustNotExist: true });
    expect(await failure(saveFlag(store.db, "prod", aFlag("a"), { ...options, mustNotExist: true }))).toBeInstanceOf(
      ConflictError,
    );
    expect(await failure(saveFlag(store.db, "prod", aFlag("b"), { ...options, mustExist: true }))).toBeInstanceOf(
      NotFoundError,
    );
    expect(await failure(saveDefinition(store.db, aFlag("a"), { ...options, mustNotExist: true }))).toBeInstanceOf(
      ConflictError,
    );
    expect(await failure(saveDefinition(store.db, aFlag("b"), { ...options, mustExist: true }))).toBeInstanceOf(
      NotFoundError,
    );
    expect(await failure(saveSegment(store.db, "nowhere", aSegment("s"), options))).toBeInstanceOf(NotFoundError);
    expect(await failure(deleteSegment(store.db, "prod", "ghost", options))).toBeInstanceOf(NotFoundError);
  });

  it("keeps description, tags and owner unless they are given", async ({ expect }) => {
    const notes = { description: "Buys things.", tags: ["shop"], owner: "growth" };
    await saveFlag(store.db, "prod", { ...aFlag("a"), ...notes }, options);
    await saveFlag(store.db, "prod", aFlag("a", { enabled: false }), options);
    expect(await getFlag(store.db, "prod", "a")).toMatchObject(notes);
    await saveDefinition(store.db, { ...aFlag("a"), owner: null, tags: [] }, options);
    expect(await getFlag(store.db, "prod", "a")).toMatchObject({ description: "Buys things.", tags: [], owner: null });
  });

  it("deletes the definition with the last configuration, or everywhere at once", async ({ expect }) => {
    for (const environment of ["prod", "dev"]) await saveFlag(store.db, environment, aFlag("a"), options);
    await deleteFlag(store.db, "prod", "a", options);
    expect(await getFlag(store.db, "prod", "a")).toBeUndefined();
    expect(await getDefinition(store.db, "a")).toMatchObject({ environments: ["dev"] });
    await deleteFlag(store.db, "dev", "a", options);
    expect(await getDefinition(store.db, "a")).toBeUndefined();
    for (const environment of ["prod", "dev"]) await saveFlag(store.db, environment, aFlag("b"), options);
    const written = await deleteFlagDefinition(store.db, "b", options);
    expect([...written.keys()]).toEqual(["dev", "prod"]);
    expect(written.get("prod")?.pending.at(-1)?.[1]).toEqual(["@index", "b"]);
    expect(await failure(deleteFlagDefinition(store.db, "b", options))).toBeInstanceOf(NotFoundError);
  });

  it('returns all unpublished changes, and "everything" for more than 64 of them', async ({ expect }) => {
    const { version: first } = await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`do $$ begin for i in 1..70 loop
      update flag_configurations set rules = jsonb_build_array(jsonb_build_object('id', i));
      commit; end loop; end $$`);
    const { version, pending } = await saveFlag(store.db, "prod", aFlag("a"), options);
    expect(version).toBe(first + 71);
    expect(pending).toEqual([[version, "*"]]);
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
    expect(written.reading).toEqual(reading);
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
        ["dev", { version: b.version, pending: [[b.version, ["@index", "b"]]] }],
        [
          "prod",
          {
            version: c.version,
            pending: [
              [a.version, ["@index", "a"]],
              [c.version, ["@index", "c"]],
            ],
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
    await outbox.markDone("prod", c.version);
    expect([...(await outbox.readUnconfirmed()).pending.keys()]).toEqual(["dev"]);
    await store.exec(`do $$ begin for i in 1..64 loop
      update flag_configurations set rules = jsonb_build_array(jsonb_build_object('id', i)) where environment = 'dev';
      commit; end loop; end $$`);
    expect((await outbox.readUnconfirmed()).pending.get("dev")).toEqual({
      version: b.version + 64,
      pending: [[b.version + 64, "*"]],
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
    const [owner, change, ...rest] = await listAudit(store.db, { environment: "prod", key: "audited", limit: 10 });
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
      await listAudit(store.db, { environment: "dev", entity: "configuration", key: "audited", limit: 10 }),
    ).toEqual([]);
    const older = await listAudit(store.db, { key: "audited", limit: 1, before: change?.id });
    expect(older).toEqual([rest[0]]);
  });

  it("does not pass one write's actor to the next statement of its connection", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), { actor: "ada" });
    await store.exec("update flag_configurations set enabled = false");
    expect((await listAudit(store.db, { limit: 1 }))[0]?.actor).toMatch(/^sql:/);
  });

  it("creates, lists and revokes SDK keys, and never lists a hash", async ({ expect }) => {
    const key = {
      id: "AAAAAAAAAAAA",
      kind: "client" as const,
      name: "web",
      secretHash: hash,
      origins: ["https://a.example"],
    };
    const reader = createFlagReader(store.db);
    const created = await createSdkKey(store.db, "prod", key, options);
    expect(created.pending.at(-1)).toEqual([created.version, ["@keys"]]);
    expect((await reader.readFlags("prod", []))?.keys).toEqual({
      AAAAAAAAAAAA: { kind: "client", hash, origins: ["https://a.example"] },
    });
    expect(await failure(createSdkKey(store.db, "prod", key, options))).toBeInstanceOf(ConflictError);
    expect(await failure(revokeKey(store.db, "dev", key.id, options))).toBeInstanceOf(NotFoundError);
    await revokeKey(store.db, "prod", key.id, options);
    expect((await reader.readFlags("prod", []))?.keys).toEqual({});
    expect(await failure(revokeKey(store.db, "prod", key.id, options))).toBeInstanceOf(NotFoundError);
    const { items: listed } = await listKeys(store.db, "prod", { limit: 10 });
    expect(listed).toMatchObject([{ id: key.id, kind: "client", revokedAt: expect.stringMatching(iso) }]);
    expect(JSON.stringify([listed, await listAudit(store.db, { entity: "key", limit: 9 })])).not.toContain(hash);
  });

  it("allows 500 unrevoked SDK keys in an environment, and lists them in pages", async ({ expect }) => {
    await store.exec(`insert into sdk_keys (id, environment, kind, name, secret_hash)
      select 'KEY' || lpad(i::text, 9, '0'), 'prod', 'server', 'api', '${hash}' from generate_series(1, 500) as i`);
    const key = { id: "AAAAAAAAAAAA", kind: "server" as const, name: "api", secretHash: hash, origins: [] };
    const refused = await failure(createSdkKey(store.db, "prod", key, options));
    expect(refused).toBeInstanceOf(ConflictError);
    expect(String(refused)).toContain("500 unrevoked keys");
    await revokeKey(store.db, "prod", "KEY000000001", options);
    await createSdkKey(store.db, "prod", key, options);
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listKeys(store.db, "prod", { limit: 200, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(ids).toHaveLength(501);
    expect(new Set(ids).size).toBe(501);
    expect(ids.at(-1)).toBe(key.id);
  });

  it("reports a value that no column can hold as an input error", async ({ expect }) => {
    const none = (key: string) => failure(saveFlag(store.db, "prod", aFlag(key), options));
    expect(await none("nul\u0000")).toBeInstanceOf(InvalidInputError);
    const twice = { flags: [aFlag("twice"), aFlag("twice")], segments: [] };
    expect(await failure(saveProject(store.db, "prod", twice, options))).toBeInstanceOf(InvalidInputError);
  });

  it("finds an admin token until it is revoked", async ({ expect }) => {
    await createAdminKey(store.db, { id: "BBBBBBBBBBBB", role: "read", name: "ci", secretHash: hash }, options);
    expect(await findAdminKey(store.db, "BBBBBBBBBBBB")).toEqual({
      id: "BBBBBBBBBBBB",
      role: "read",
      name: "ci",
      secretHash: hash,
    });
    expect((await listKeys(store.db, null, { limit: 10 })).items).toMatchObject([
      { id: "BBBBBBBBBBBB", environment: null, role: "read" },
    ]);
    await store.exec("update sdk_keys set revoked_at = now() where kind = 'admin' and name = 'ci'");
    expect(await findAdminKey(store.db, "BBBBBBBBBBBB")).toBeUndefined();
    await createSdkKey(
      store.db,
      "prod",
      { id: "CCCCCCCCCCCC", kind: "server", name: "api", secretHash: hash, origins: [] },
      options,
    );
    expect(await findAdminKey(store.db, "CCCCCCCCCCCC")).toBeUndefined();
  });

  it("copies an environment's segments and configurations, but not its keys", async ({ expect }) => {
    const flag = aFlag("a", { rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "off" } }] });
    await saveProject(store.db, "prod", { flags: [flag], segments: [aSegment("s")] }, options);
    await createSdkKey(
      store.db,
      "prod",
      { id: "AAAAAAAAAAAA", kind: "server", name: "api", secretHash: hash, origins: [] },
      options,
    );
    const name = `copy-${Date.now()}`;
    const written = await createEnvironment(store.db, { key: name, name: "Copy", copyFrom: "prod" }, options);
    expect(written).toEqual({ version: 2, pending: [[2, ["@index", "a"]]] });
    const copy = await createFlagReader(store.db).readEnvironment(name);
    expect(copy?.flags.get("a")).toMatchObject({
      rules: flag.configuration.rules,
      segments: { s: aSegment("s").condition },
    });
    expect(copy?.keys).toEqual({});
    expect(await failure(createEnvironment(store.db, { key: name, name: "Again" }, options))).toBeInstanceOf(
      ConflictError,
    );
    expect(
      await failure(createEnvironment(store.db, { key: "x", name: "X", copyFrom: "nowhere" }, options)),
    ).toBeInstanceOf(NotFoundError);
    expect(await failure(createEnvironment(store.db, { key: "Not A Key", name: "X" }, options))).toBeInstanceOf(
      InvalidInputError,
    );
  });

  it("purges a deleted environment, which continues its versions if it is created again", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await createSdkKey(
      store.db,
      "prod",
      { id: "AAAAAAAAAAAA", kind: "server", name: "api", secretHash: hash, origins: [] },
      options,
    );
    const { version, pending } = await deleteEnvironment(store.db, "prod", options);
    expect(pending.at(-1)).toEqual([version, "*"]);
    expect(await createFlagReader(store.db).readEnvironment("prod")).toBeUndefined();
    expect(await getEnvironment(store.db, "prod")).toBeUndefined();
    await createEnvironment(store.db, { key: "prod", name: "Production" }, options);
    expect(await getEnvironment(store.db, "prod")).toMatchObject({ version, createdAt: expect.stringMatching(iso) });
    await updateEnvironment(store.db, "prod", { name: "Live" }, options);
    expect(await listEnvironments(store.db)).toMatchObject([
      { key: "dev" },
      { key: "prod", name: "Live", version },
      { key: "staging" },
    ]);
    expect(await failure(deleteEnvironment(store.db, "nowhere", options))).toBeInstanceOf(NotFoundError);
  });

  it("lists flags by page, search, tag and kind", async ({ expect }) => {
    const flags = [
      { ...aFlag("alpha"), tags: ["x"] },
      { ...aFlag("Beta"), description: "The 100% button" },
      aFlag("gamma", { offVariant: null }, { kind: "switch" }),
    ];
    await saveProject(store.db, "prod", { flags, segments: [] }, options);
    await saveDefinition(store.db, aFlag("unconfigured"), options);
    const keys = async (filter: object, list: typeof listFlags = listFlags) => {
      const page = await list(store.db, "prod", { limit: 10, ...filter });
      return page.items.map((item) => item.definition.key);
    };
    expect(await keys({})).toEqual(["Beta", "alpha", "gamma"]);
    expect(await keys({ search: "100% BUTTON" })).toEqual(["Beta"]);
    expect(await keys({ tag: "x" })).toEqual(["alpha"]);
    expect(await keys({ kind: "switch" })).toEqual(["gamma"]);
    const first = await listFlags(store.db, "prod", { limit: 2 });
    expect(first.nextCursor).toBe("alpha");
    const second = await listFlags(store.db, "prod", { limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ definition: { key: "gamma" } }], nextCursor: undefined });
    const definitions = await listDefinitions(store.db, { limit: 10 });
    expect(definitions.items.map((item) => item.environments)).toEqual([["prod"], ["prod"], ["prod"], []]);
    expect(await getFlag(store.db, "prod", "alpha")).toEqual({
      ...flags[0],
      description: "",
      owner: null,
      version: expect.any(Number),
      createdAt: expect.stringMatching(iso),
      updatedAt: expect.stringMatching(iso),
    });
  });

  it("lists segments with the flags that use them", async ({ expect }) => {
    const flag = aFlag("a", { rules: [{ id: "r", when: { segment: "outer" }, serve: { variant: "off" } }] });
    const segments = [aSegment("inner"), aSegment("outer", { segment: "inner" })];
    const { version } = await saveProject(store.db, "prod", { flags: [flag], segments }, options);
    expect((await listSegments(store.db, "prod", { limit: 10 })).items).toMatchObject([
      { key: "inner", name: "inner", version, usedBy: { flags: [], segments: ["outer"] } },
      { key: "outer", condition: { segment: "inner" }, usedBy: { flags: ["a"], segments: [] } },
    ]);
    expect(await getSegment(store.db, "prod", "inner")).toMatchObject({
      description: "",
      updatedAt: expect.stringMatching(iso),
    });
    expect(await getSegment(store.db, "prod", "ghost")).toBeUndefined();
  });

  it("refuses what the tables do not accept, and says why without the values", async ({ expect }) => {
    const nul = await failure(
      saveFlag(store.db, "prod", aFlag("a", {}, { metadata: { secret: "hush\u0000" } }), options),
    );
    expect(nul).toBeInstanceOf(InvalidInputError);
    const kind = await failure(saveFlag(store.db, "prod", aFlag("a", {}, { kind: "hush" as "flag" }), options));
    expect(kind).toBeInstanceOf(InvalidInputError);
    for (const key of ["__proto__", "a b", ""]) {
      expect(await failure(saveFlag(store.db, "prod", aFlag(key), options))).toBeInstanceOf(InvalidInputError);
    }
    expect(String(nul) + String(kind)).not.toContain("hush");
  });

  it("throws StoreUnavailableError, without parameters, if the store fails, hangs or is away", async ({ expect }) => {
    const { endpoint } = store;
    const db = createDatabase(endpoint.connectionString, { fetchEndpoint: endpoint.url, timeoutMs: 50 });
    for (const faults of [{ errorRate: 1 }, { hang: true }, { down: true }]) {
      endpoint.setFaults(faults);
      const reading = await failure(createFlagReader(db).readFlags("prod", ["hush"]));
      const write = await failure(saveFlag(db, "prod", aFlag("hush"), options));
      endpoint.setFaults({});
      for (const error of [reading, write]) {
        expect(error).toBeInstanceOf(StoreUnavailableError);
        const { message, cause } = error as Error;
        expect(cause).toBeInstanceOf(Error);
        expect(message + String(cause)).not.toContain("hush");
      }
    }
  });
});
