import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "../../../src/store/client.ts";
import { createEnvironment } from "../../../src/store/writes/environments.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { aFlag, BACKENDS, startStore, type TestStore } from "./backends.ts";

const OPTIONS = { actor: "test" };

describe.each(BACKENDS)("time limits of writes in %s", (_name, serverUrl) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(serverUrl);
    await store.reset();
    await store.exec(`
      create table seen_limits (lock_timeout text, statement_timeout text, idle text);
      create function note_limits() returns trigger language plpgsql as $$ begin
        insert into seen_limits values (current_setting('lock_timeout'), current_setting('statement_timeout'),
          current_setting('idle_in_transaction_session_timeout'));
        if new.key = 'slow' then
          perform pg_sleep(0.2);
        end if;
        return new;
      end $$;
      create trigger note_limits before insert on flags for each row execute function note_limits();`);
  });
  afterAll(() => store.close());

  const databaseWith = (timeoutMs: number) =>
    createDatabase(store.endpoint.connectionString, { fetchEndpoint: store.endpoint.url, timeoutMs });

  test("are shorter than the client's, and end with the transaction", async () => {
    await saveFlag(databaseWith(50_000), "prod", aFlag("limited"), OPTIONS);
    expect(await store.rows("select * from seen_limits")).toEqual([
      { lock_timeout: "30s", statement_timeout: "40s", idle: "100s" },
    ]);
    expect(await store.rows("select current_setting('statement_timeout') as limit")).toEqual([{ limit: "0" }]);
  });

  test("roll a transaction back that took too long as a whole", async () => {
    // The client is more patient than its own limit says, so that the result does not depend on the machine.
    const db = Object.assign(databaseWith(60_000), { timeoutMs: 200 });
    await expect(saveFlag(db, "prod", aFlag("slow"), OPTIONS)).rejects.toMatchObject({
      message: expect.stringMatching(/^the store refused to write: it took too long .*; nothing was changed$/),
      mayHaveHappened: false,
    });
    expect(await store.rows("select key from flags where key = 'slow'")).toEqual([]);
  });

  test("also hold for writes without an environment", async () => {
    await createEnvironment(databaseWith(50_000), { key: "other", name: "Other", copyFrom: "prod" }, OPTIONS);
    expect(await store.rows("select key from environments where key = 'other'")).toEqual([{ key: "other" }]);
  });
});
