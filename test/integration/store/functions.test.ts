import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKENDS, startStore, type TestStore } from "./backends.ts";
import {
  type Definitions,
  normaliseSql,
  readDefinitions,
  readFunctionFiles,
  rebuildDefinitions,
} from "./definitions.ts";

describe.each(BACKENDS)("migrations/functions on %s", (_, url) => {
  let store: TestStore;
  let files: string[];
  let migrated: Definitions;
  beforeAll(async () => {
    store = await startStore(url);
    files = await readFunctionFiles();
    migrated = await readDefinitions(store);
  });
  afterAll(() => store.close());

  /** The definitions that the files and the migrated database do not share. */
  const differences = async (changed: readonly string[]) => {
    const rebuilt = await rebuildDefinitions(store, changed);
    const names = Object.keys({ ...migrated, ...rebuilt });
    return names.filter((name) => rebuilt[name] !== migrated[name]).sort();
  };

  it("holds exactly the functions, triggers and types of a migrated database", async () => {
    expect(Object.keys(migrated)).toContain("function record_change(text,text[],text[])");
    expect(await rebuildDefinitions(store, files), "see migrations/functions/README.md").toEqual(migrated);
  });

  it.each([
    ["body", "'sql:' || session_user", "'SQL:' || session_user", "function audit_actor()"],
    [
      "volatility",
      "returns bigint\nlanguage sql immutable",
      "returns bigint\nlanguage sql stable",
      "function occurrences(text,text)",
    ],
    ["setting", "rows 20 set jit = off", "rows 20", "function reachable_nodes(text,text[])"],
    ["default", "max_keys int)", "max_keys int default 500)", "function require_room_for_key(text,integer)"],
    ["event", "before truncate on outbox", "before delete on outbox", "trigger outbox_refuse_truncate on outbox"],
    [
      "timing",
      "on outbox\ndeferrable initially deferred",
      "on outbox\ndeferrable initially immediate",
      "trigger outbox_check_references on outbox",
    ],
    ["type", "own numeric", "own bigint", "type node_tests"],
  ])("differs when a file has another %s", async (_part, before, after, name) => {
    expect(await differences(files.map((text) => text.replace(before, after)))).toEqual([name]);
  });

  it("differs when no file has a function of the database", async () => {
    const others = files.filter((text) => !text.includes("create function prune_outbox("));
    expect(await differences(others)).toEqual(["function prune_outbox()"]);
  });

  it("differs when a file has a function that the database does not have", async () => {
    const extra = "create function unknown() returns int language sql as $$ select 1 $$;";
    expect(await differences([...files, extra])).toEqual(["function unknown()"]);
  });

  it("refuses a second copy of a function", async () => {
    await expect(rebuildDefinitions(store, [...files, files.at(-1) ?? ""])).rejects.toThrow("already exists");
  });
});

describe("normaliseSql", () => {
  it("removes comments and line breaks, but not from quoted text", () => {
    const sql = `
      select '--  it''s', "a  --b", $x$ -- $x$ -- a comment that isn't quoted
        /* another */ from t -- the last`;
    expect(normaliseSql(sql)).toBe(`select '--  it''s', "a  --b", $x$ -- $x$ from t`);
  });
});
