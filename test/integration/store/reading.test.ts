import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { StoreUnavailableError } from "../../../src/ops/errors.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { createFlagReader, type FlagReader } from "../../../src/store/readings/flag-reader.ts";
import { saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };

describe.each(BACKENDS)("reading on %s", (_, url) => {
  let store: TestStore;
  let reader: FlagReader;
  beforeAll(async () => {
    store = await startStore(url);
    reader = createFlagReader(store.db);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  it("reads a saved flag at the version of its write", async ({ expect }) => {
    const flag = aFlag("checkout", {}, { metadata: { owner: "growth", level: 3 } });
    const written = await saveFlag(store.db, "prod", flag, options);
    const { version } = written;
    expect(written).toMatchObject({ version, pending: [[version, ["@index", "checkout"]]], elsewhere: new Map() });
    const { texts, ...reading } = (await reader.readFlags("prod", ["checkout", "ghost"], version - 1)) ?? {};
    const document = { schemaVersion: 1, version, ...flag.definition, ...flag.configuration };
    expect([...(texts ?? [])].map(([key, text]) => [key, JSON.parse(text)])).toEqual([["checkout", document]]);
    expect(reading).toEqual({
      asOf: version,
      tag: written.tag,
      changes: [[version, ["@index", "checkout"]]],
      flags: new Map([
        ["checkout", document],
        ["ghost", null],
      ]),
      keys: {},
      index: ["checkout"],
      hidden: [],
    });
  });

  it("brings the index if one of the flags does not exist, and only then", async ({ expect }) => {
    for (const key of ["b", "a"]) await saveFlag(store.db, "prod", aFlag(key), options);
    expect((await reader.readFlags("prod", ["a", "b"]))?.index).toBeUndefined();
    expect((await reader.readFlags("prod", []))?.index).toBeUndefined();
    const hidden = aFlag("c", {}, { clientVisible: false });
    await saveFlag(store.db, "prod", hidden, options);
    expect(await reader.readFlags("prod", ["a", "nope"])).toMatchObject({ index: ["a", "b", "c"], hidden: ["c"] });
  });

  it("a write that changes nothing makes no version", async ({ expect }) => {
    const { version } = await saveFlag(store.db, "prod", aFlag("still"), options);
    expect(await saveFlag(store.db, "prod", aFlag("still"), options)).toMatchObject({ version });
  });

  it("returns undefined for an environment that does not exist", async ({ expect }) => {
    expect(await reader.readFlags("nowhere", ["a"])).toBeUndefined();
    expect(await reader.readEnvironment("nowhere", 3)).toBeUndefined();
  });

  it("includes everything that a flag refers to, directly or indirectly", async ({ expect }) => {
    const staff = aSegment("staff");
    const crew = aSegment("crew", { all: [{ segment: "staff" }, { flag: "base", variants: ["on"] }] });
    const flags = [
      aFlag("base", { default: { variant: "off" } }),
      aFlag("shell", { prerequisites: [{ flag: "base", variants: ["off"] }] }),
      aFlag("page", {
        prerequisites: [{ flag: "shell", variants: ["on"] }],
        rules: [{ id: "r", when: { not: { segment: "crew" } }, serve: { variant: "off" } }],
      }),
      aFlag("bystander"),
    ];
    await saveProject(store.db, "prod", { flags, segments: [staff, crew, aSegment("unused")] }, options);
    const document = (await reader.readFlags("prod", ["page"]))?.flags.get("page");
    expect(document).toMatchObject({
      segments: { staff: staff.condition, crew: crew.condition },
      dependencies: {
        base: { ...flags[0]?.configuration, variants: ["on", "off"] },
        shell: { ...flags[1]?.configuration, variants: ["on", "off"] },
      },
    });
    const environment = await reader.readEnvironment("prod");
    expect(environment?.flags.get("page")).toEqual(document);
    expect(environment?.index).toEqual(["base", "bystander", "page", "shell"]);
    expect(environment?.flags.get("bystander")).not.toHaveProperty("segments");
    expect(environment?.flags.get("bystander")).not.toHaveProperty("dependencies");
    // The first flags of the environment may refer to later ones.
    for (const first of [1, 2, 3, 4, 5]) {
      const part = await reader.readEnvironment("prod", undefined, first);
      const keys = environment?.index?.slice(0, first) ?? [];
      expect([...(part?.flags ?? [])]).toEqual(keys.map((key) => [key, environment?.flags.get(key)]));
      expect(part?.index).toEqual(environment?.index);
    }
  });

  it("keeps environments apart", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("a"), options);
    await saveFlag(store.db, "dev", aFlag("a", { enabled: false }), options);
    expect((await reader.readFlags("prod", ["a"]))?.flags.get("a")).toMatchObject({ enabled: true });
    expect((await reader.readFlags("dev", ["a"]))?.flags.get("a")).toMatchObject({ enabled: false });
    expect((await reader.readFlags("staging", ["a"]))?.flags.get("a")).toBeNull();
    expect((await reader.readEnvironment("staging"))?.index).toEqual([]);
  });

  it("lists the changes since a version, or says that it does not know them", async ({ expect }) => {
    const { version: a, tag } = await saveFlag(store.db, "prod", aFlag("a"), options);
    const { version: b } = await saveFlag(store.db, "prod", aFlag("b"), options);
    const since = async (version?: number) => (await reader.readFlags("prod", [], version))?.changes;
    expect(await since(a)).toEqual([[b, ["@index", "b"], tag]]);
    expect(await since(b)).toEqual([]);
    expect((await since())?.at(-1)).toEqual((await since(a))?.at(-1));
    expect(await since(b + 1)).toBeUndefined();
    expect((await reader.readEnvironment("prod", a - 1))?.changes).toHaveLength(2);
    await store.rows("delete from outbox where version = $1", [a]);
    expect(await since(a - 1)).toBeUndefined();
    expect(await since(a)).toHaveLength(1);
  });

  /** Makes versions by updates of the flag "a", each in its own transaction. */
  const makeVersions = (count: number) =>
    store.exec(`do $$ begin for i in 1..${count} loop
      update flag_configurations set rules = jsonb_build_array(jsonb_build_object('id', i));
      commit; end loop; end $$`);

  it("knows 4,000 versions back and no more", async ({ expect }) => {
    const { version: first } = await saveFlag(store.db, "prod", aFlag("a"), options);
    await store.exec(`
      update environments set version = version + 4001;
      delete from outbox;
      insert into outbox (environment, version, fields, tag)
      select 'prod', i, '{a}', lpad(i::text, 12, '0') from generate_series(${first + 1}, ${first + 4001}) as i`);
    expect((await reader.readFlags("prod", [], first + 1))?.changes).toHaveLength(4000);
    expect((await reader.readFlags("prod", [], first))?.changes).toBeUndefined();
  });

  it("lists more than 64 changes only if they are short", async ({ expect }) => {
    const { version: first } = await saveFlag(store.db, "prod", aFlag("a"), options);
    await makeVersions(65);
    await store.exec(`update outbox set fields = array(select i || repeat('x', 90) from generate_series(1, 30) as i)`);
    expect((await reader.readFlags("prod", [], first + 1))?.changes).toHaveLength(64);
    expect((await reader.readFlags("prod", [], first))?.changes).toBeUndefined();
  });

  it("keeps numbers as they were written, even 10.0 in SQL", async ({ expect }) => {
    const variants = { whole: 10, big: Number.MAX_SAFE_INTEGER, tiny: 5e-324, half: 0.1 };
    const flag = aFlag("n", { default: { variant: "whole" }, offVariant: null }, { type: "float", variants });
    await saveFlag(store.db, "prod", flag, options);
    expect((await reader.readFlags("prod", ["n"]))?.flags.get("n")?.variants).toEqual(variants);
    await store.exec(`update flags set variants = '{"whole": 10.0}' where key = 'n'`);
    expect(await store.rows("select variants::text as text from flags where key = 'n'")).toEqual([
      { text: '{"whole": 10.0}' },
    ]);
    expect((await reader.readFlags("prod", ["n"]))?.flags.get("n")?.variants).toEqual({ whole: 10 });
  });

  it("accepts keys with any character that is special in JSON or SQL", async ({ expect }) => {
    await saveFlag(store.db, "prod", aFlag("~a.b_c-D"), options);
    const odd = ["~a.b_c-D", "'; drop table flags; --", '"},{', "%", "a,b", "ключ"];
    const reading = await reader.readFlags("prod", odd);
    expect([...(reading?.flags ?? [])].map(([key, document]) => [key, document !== null])).toEqual(
      odd.map((key, i) => [key, i === 0]),
    );
  });

  it("a response of the wrong shape is a failing store, not a missing environment", async ({ expect }) => {
    store.endpoint.setFaults({ wrongType: true });
    const db = createDatabase(store.endpoint.connectionString, { fetchEndpoint: store.endpoint.url, timeoutMs: 5000 });
    const shapes = 30;
    const outcomes: unknown[] = [];
    for (let i = 0; i < shapes; i++) {
      const work =
        i % 2 === 0 ? createFlagReader(db).readFlags("prod", ["a"]) : createFlagReader(db).readEnvironment("prod");
      outcomes.push(await work.catch((error: unknown) => error));
    }
    for (let i = 0; i < shapes; i++) {
      outcomes.push(await saveFlag(db, "prod", aFlag("a"), options).catch((error: unknown) => error));
    }
    store.endpoint.setFaults({});
    for (const outcome of outcomes) expect(outcome).toBeInstanceOf(StoreUnavailableError);
  });
});
