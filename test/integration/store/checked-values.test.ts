import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import type { JsonValue } from "../../../src/flags/document.ts";
import { ConflictError, InvalidInputError } from "../../../src/ops/errors.ts";
import type { StoreDatabase } from "../../../src/store/client.ts";
import type { FlagWrite } from "../../../src/store/inputs.ts";
import { getDefinition } from "../../../src/store/lists/flags.ts";
import { createFlagEverywhere, saveDefinition, saveFlag, saveProject } from "../../../src/store/writes/flags.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };
const NUMBERS = { properties: { n: { type: "number" } } };
const TEXTS = { properties: { n: { type: "string" } } };

const withValue = (key: string, n: JsonValue, jsonSchema?: Record<string, JsonValue> | null): FlagWrite => ({
  ...aFlag(key, {}, { type: "object", variants: { on: { n }, off: {} } }),
  ...(jsonSchema === undefined ? {} : { jsonSchema }),
});

describe.each(BACKENDS)("values that a JSON Schema describes, on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const failure = (write: Promise<unknown>) =>
    write.then(
      () => undefined,
      (error: unknown) => error,
    );
  /** A database on which others write before each of the next `times` transactions. */
  const overtaken = (times: number, overtake: () => Promise<unknown>): StoreDatabase => {
    let left = times;
    const batch: StoreDatabase["batch"] = async (statements) => {
      if (left-- > 0) await overtake();
      return (await store.db.batch(statements)) as never;
    };
    return Object.create(store.db, { batch: { value: batch } }) as StoreDatabase;
  };
  const stored = async (key: string) => (await getDefinition(store.db, key))?.definition.variants["on"];

  it("cost one more query for a flag of type object or json", async ({ expect }) => {
    store.endpoint.resetStats();
    await saveFlag(store.db, "prod", withValue("a", 1), options);
    expect(store.endpoint.stats()).toMatchObject({ requests: 2, batches: 1, queries: 1 });
    await saveProject(store.db, "prod", { flags: [aFlag("b"), withValue("c", 1)], segments: [] }, options);
    expect(store.endpoint.stats()).toMatchObject({ requests: 4, batches: 2, queries: 2 });
  });

  it("are checked again if another writer changes the schema in between", async ({ expect }) => {
    await saveFlag(store.db, "prod", withValue("a", 1, NUMBERS), options);
    const other = () => saveFlag(store.db, "dev", withValue("a", "x", TEXTS), options);
    const late = await failure(saveFlag(overtaken(1, other), "prod", withValue("a", 2), options));
    expect(late).toBeInstanceOf(InvalidInputError);
    expect(late).toHaveProperty("errors", [
      { pointer: "/variants/on/n", detail: "must be text (/jsonSchema/properties/n/type)" },
    ]);
    expect(await stored("a")).toEqual({ n: "x" });
  });

  it("are checked again if another writer creates the flag with a schema in between", async ({ expect }) => {
    const other = () => saveFlag(store.db, "dev", withValue("a", "x", TEXTS), options);
    expect(await failure(saveFlag(overtaken(1, other), "prod", withValue("a", 1), options))).toBeInstanceOf(
      InvalidInputError,
    );
    await saveFlag(
      overtaken(1, () => saveFlag(store.db, "dev", withValue("b", 1), options)),
      "prod",
      withValue("b", 2),
      options,
    );
    expect(await stored("b")).toEqual({ n: 2 });
  });

  it("are given up after three attempts", async ({ expect }) => {
    let n = 0;
    const other = () => saveDefinition(store.db, { ...withValue("a", n++), description: `${n}` }, options);
    await saveFlag(store.db, "prod", withValue("a", 0), options);
    expect(await failure(saveFlag(overtaken(3, other), "prod", withValue("a", 9), options))).toBeInstanceOf(
      ConflictError,
    );
    await saveFlag(overtaken(2, other), "prod", withValue("a", 9), options);
    expect(await stored("a")).toEqual({ n: 9 });
  });

  it("are checked by every function that writes definitions", async ({ expect }) => {
    const wrong = withValue("a", "x", NUMBERS);
    const { configuration, ...definition } = wrong;
    for (const [write, pointer] of [
      [() => saveFlag(store.db, "prod", wrong, options), "/variants/on/n"],
      [
        () => saveProject(store.db, "prod", { flags: [aFlag("b"), wrong], segments: [] }, options),
        "/flags/1/variants/on/n",
      ],
      [() => saveDefinition(store.db, definition, options), "/variants/on/n"],
      [() => createFlagEverywhere(store.db, definition, new Map([["prod", configuration]]), options), "/variants/on/n"],
    ] as const) {
      expect(await failure(write())).toHaveProperty("errors", [
        { pointer, detail: "must be a number (/jsonSchema/properties/n/type)" },
      ]);
    }
    expect(await getDefinition(store.db, "a")).toBeUndefined();
  });
});
