import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError } from "../../../src/ops/errors.ts";
import { listAudit } from "../../../src/store/audit/audit.ts";
import { getFlag, listDefinitions, listFlags } from "../../../src/store/lists/flags.ts";
import { getSegment, listSegments } from "../../../src/store/lists/segments.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from "../../../src/store/writes/environments.ts";
import { saveDefinition, saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { createSdkKey, listKeys, revokeKey } from "../../../src/store/writes/keys.ts";
import { createAdminKey, findAdminKey, listTokens } from "../../../src/store/writes/tokens.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };
const hash = "ab".repeat(32);
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(BACKENDS)("keys, environments and lists on %s", (_, url) => {
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

  it("finds an admin token until it is revoked", async ({ expect }) => {
    await createAdminKey(store.db, { id: "BBBBBBBBBBBB", role: "read", name: "ci", secretHash: hash }, options);
    expect(await findAdminKey(store.db, "BBBBBBBBBBBB")).toEqual({
      role: "read",
      environments: null,
      expiresAt: null,
      lastUsedOn: null,
      secretHash: hash,
    });
    expect((await listTokens(store.db, { limit: 10 })).items).toMatchObject([{ id: "BBBBBBBBBBBB", role: "read" }]);
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
    expect(written).toMatchObject({ version: 2, pending: [[2, ["@index", "a"]]] });
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
    expect(pending.at(-1)?.slice(0, 2)).toEqual([version, "*"]);
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
      lifetime: null,
      expiresAt: null,
      owner: null,
      fallback: null,
      jsonSchema: null,
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
});
