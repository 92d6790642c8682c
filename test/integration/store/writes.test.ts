import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError, StoreUnavailableError } from "../../../src/ops/errors.ts";
import { createDatabase } from "../../../src/store/client.ts";
import { getDefinition, getFlag } from "../../../src/store/lists/flags.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import {
  deleteFlag,
  deleteFlagDefinition,
  saveDefinition,
  saveFlag,
  saveProject,
} from "../../../src/store/writes/flags.ts";
import { deleteSegment, saveSegment } from "../../../src/store/writes/segments.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };

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

  it("keeps description, tags, owner and fallback unless they are given", async ({ expect }) => {
    const notes = { description: "Buys things.", tags: ["shop"], owner: "growth", fallback: false };
    await saveFlag(store.db, "prod", { ...aFlag("a"), ...notes }, options);
    await saveFlag(store.db, "prod", aFlag("a", { enabled: false }), options);
    expect(await getFlag(store.db, "prod", "a")).toMatchObject(notes);
    await saveDefinition(store.db, { ...aFlag("a"), owner: null, tags: [] }, options);
    expect(await getFlag(store.db, "prod", "a")).toMatchObject({ description: "Buys things.", tags: [], owner: null });
  });

  it("removes the fallback with null, and with a change of the type", async ({ expect }) => {
    const fallback = async () => (await getFlag(store.db, "prod", "f"))?.fallback;
    await saveFlag(store.db, "prod", { ...aFlag("f"), fallback: true }, options);
    expect(await fallback()).toBe(true);
    await saveFlag(store.db, "prod", { ...aFlag("f"), fallback: null }, options);
    expect(await fallback()).toBeNull();
    await saveFlag(store.db, "prod", { ...aFlag("f"), fallback: true }, options);
    const { definition, configuration } = aFlag("f");
    const asText = { ...definition, type: "string" as const, variants: { on: "on", off: "off" } };
    await saveFlag(store.db, "prod", { definition: asText, configuration }, options);
    expect(await fallback()).toBeNull();
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

  it("reports a value that no column can hold as an input error", async ({ expect }) => {
    const none = (key: string) => failure(saveFlag(store.db, "prod", aFlag(key), options));
    expect(await none("nul\u0000")).toBeInstanceOf(InvalidInputError);
    const twice = { flags: [aFlag("twice"), aFlag("twice")], segments: [] };
    expect(await failure(saveProject(store.db, "prod", twice, options))).toBeInstanceOf(InvalidInputError);
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
