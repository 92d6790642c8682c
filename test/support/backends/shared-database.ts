import { applyMigrations } from "../../../dev/postgres/migrate.ts";
import { type DatabaseBackend, openPglite } from "../../../dev/postgres/neon-backends.ts";

interface SharedDatabase {
  backend: DatabaseBackend;
  /** The fingerprint of the schema after the migrations. */
  schema: string;
}

/** Migrated, empty databases that no test uses at the moment. */
const idle: SharedDatabase[] = [];

/**
 * Returns a migrated, empty PGlite database. Starting and migrating one takes two to four seconds of CPU time, but
 * emptying one takes milliseconds. The test files of one process therefore share databases: `close` empties the
 * database for the next borrower. A database with a changed schema is not used again.
 */
export async function borrowDatabase(): Promise<DatabaseBackend> {
  const shared = idle.pop() ?? (await startDatabase());
  let isReturned = false;
  const whileBorrowed = <Result>(work: () => Promise<Result>): Promise<Result> =>
    isReturned ? Promise.reject(new Error("the test has returned this database")) : work();
  return {
    run: (statements) => whileBorrowed(() => shared.backend.run(statements)),
    exec: (sqlText) => whileBorrowed(() => shared.backend.exec(sqlText)),
    async close() {
      if (isReturned) return;
      isReturned = true;
      if (await isEmptied(shared)) idle.push(shared);
      else await shared.backend.close();
    },
  };
}

async function startDatabase(): Promise<SharedDatabase> {
  const backend = await openPglite(undefined);
  await applyMigrations({
    exec: (sqlText) => backend.exec(sqlText),
    query: async <Row>(text: string) => {
      const [result] = await backend.run([{ text, params: [] }]);
      const names = result?.fields.map(({ name }) => name) ?? [];
      return (result?.rows ?? []).map((row) => Object.fromEntries(row.map((value, i) => [names[i], value]))) as Row[];
    },
  });
  return { backend, schema: await schemaOf(backend) };
}

/** Removes all rows. Returns false if the database can no longer be used, because its schema has changed. */
async function isEmptied({ backend, schema }: SharedDatabase): Promise<boolean> {
  try {
    await backend.exec("discard all");
    if ((await schemaOf(backend)) !== schema) return false;
    await backend.exec(`
      do $$ begin
        -- The tables refuse TRUNCATE by a trigger.
        set local session_replication_role = replica;
        execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
          from pg_tables where schemaname = 'public');
      end $$`);
    return true;
  } catch {
    return false;
  }
}

/** Every row of the catalogues carries the transaction that wrote it: a change and its undoing change the sum. */
async function schemaOf(backend: DatabaseBackend): Promise<string> {
  const catalogues = ["attribute", "constraint", "db_role_setting", "index", "proc", "sequence", "trigger", "type"];
  const sums = catalogues.map((name) => `(select count(*) || ':' || sum(xmin::text::bigint) from pg_${name})`);
  const [result] = await backend.run([{ text: `select concat_ws(' ', ${sums.join(", ")})`, params: [] }]);
  return String(result?.rows[0]?.[0]);
}
