import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { saveProject } from "../../../src/store/writes/flags.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "../../integration/store/backends.ts";

describe.each(BACKENDS)("versions of a large environment on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  test("10,000 flags changed by one statement make one version", async ({ expect }) => {
    const many = Array.from({ length: 10_000 }, (_item, i) => aFlag(`f${i}`));
    const saved = await saveProject(store.db, "prod", { flags: many, segments: [] }, { actor: "ada" });
    expect(saved.pending.at(-1)).toEqual([saved.version, "*"]);
    await store.exec("update flag_configurations set enabled = not enabled");
    const [environment] = await store.rows<{ version: string }>("select version from environments where key = 'prod'");
    expect(Number(environment?.version)).toBe(saved.version + 1);
    const reading = await createFlagReader(store.db).readFlags("prod", [], saved.version);
    expect(reading?.changes?.[0]?.[1]).toBe("*");
    const stamps = await store.rows<{ version: string }>(
      "select distinct version from document_versions where environment = 'prod' and kind = 'flag'",
    );
    expect(stamps.map((row) => Number(row.version))).toEqual([saved.version + 1]);
  });
});
