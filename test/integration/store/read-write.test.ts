import { afterAll, beforeAll, describe, it } from "vitest";
import { createFlagReader, type FlagReader } from "../../../src/store/read-flags.ts";
import { saveFlag } from "../../../src/store/write-flags.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "./backends.ts";

describe.each(BACKENDS)("store on %s", (_, url) => {
  let store: TestStore;
  let reader: FlagReader;
  beforeAll(async () => {
    store = await startStore(url);
    reader = createFlagReader(store.db);
    await store.exec("insert into environments (key, name) values ('prod', 'Production'), ('dev', 'Development')");
  });
  afterAll(() => store.close());

  it("reads back a flag that was saved, at the version of the write", async ({ expect }) => {
    const flag = aFlag("checkout");
    const written = await saveFlag(store.db, "prod", flag, { actor: "ada" });
    expect(written).toEqual({ version: 1, pending: [[1, ["@index", "checkout"]]], elsewhere: new Map() });
    const reading = await reader.readFlags("prod", ["checkout", "ghost"], 0);
    expect(reading).toEqual({
      asOf: 1,
      changes: [[1, ["@index", "checkout"]]],
      flags: new Map([
        ["checkout", { schemaVersion: 1, version: 1, ...flag.definition, ...flag.configuration }],
        ["ghost", null],
      ]),
      keys: {},
      index: undefined,
    });
  });

  it("makes no version of a write that changes nothing", async ({ expect }) => {
    const { version } = await saveFlag(store.db, "prod", aFlag("still"), { actor: "ada" });
    expect(await saveFlag(store.db, "prod", aFlag("still"), { actor: "ada" })).toMatchObject({ version });
  });
});
