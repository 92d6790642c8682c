import { readMigrationFiles } from "drizzle-orm/migrator";
import { Client } from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import { applyMigrations, MIGRATIONS_FOLDER } from "../../../dev/postgres/migrate.ts";
import { openPglite } from "../../../dev/postgres/neon-backends.ts";

/** The number of migrations that the previous release had. */
const PREVIOUS = 8;
const FLAGS = 2000;

interface Connection {
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Several statements are one transaction. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database without tables. A real server has a second connection; PGlite has one for all. */
async function openDatabase(serverUrl: string | undefined): Promise<[migrator: Connection, worker: Connection]> {
  if (serverUrl === undefined) {
    const backend = await openPglite(undefined);
    const one: Connection = {
      exec: (sql) => backend.exec(sql),
      async query(sql) {
        const [result] = await backend.run([{ text: sql, params: [] }]);
        const names = result?.fields.map(({ name }) => name) ?? [];
        return (result?.rows ?? []).map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
      },
      close: () => backend.close(),
    };
    return [one, { ...one, close: async () => undefined }];
  }
  const name = `burgee_online_${process.pid}_${Date.now().toString(36)}`;
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const [migrator, worker] = [new Client({ connectionString: url.href }), new Client({ connectionString: url.href })];
  await Promise.all([migrator.connect(), worker.connect()]);
  const connectionOf = (client: Client, close: () => Promise<unknown>): Connection => ({
    query: async (sql) => (await client.query(sql)).rows as Record<string, unknown>[],
    exec: async (sql) => void (await client.query(sql)),
    close: async () => void (await close()),
  });
  const drop = async () => {
    await Promise.all([migrator.end(), worker.end()]);
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  };
  const working = connectionOf(worker, async () => undefined);
  return [connectionOf(migrator, drop), { ...working, exec: (sql) => repeatAfterDeadlock(() => working.exec(sql)) }];
}

/** Postgres may end a write because of a migration's locks. It has undone all of it, and the caller sends it again. */
async function repeatAfterDeadlock(write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if ((error as { code?: string }).code !== "40P01" || attempt === 3) throw error;
    }
  }
}

/** The statements of the previous release: an evaluation, an update, a new flag, and a sweep. */
async function workAsPreviousRelease(worker: Connection, n: number): Promise<void> {
  const flag = `flag-${n % FLAGS}`;
  const [before] = await worker.query("select version::text from environments where key = 'production'");
  const read = await worker.query(`select f.key, f.variants, c.enabled, c.rules, c.default_serve
    from reachable_nodes('production', array['flag:${flag}']) as node
      join flag_configurations c on c.environment = 'production' and 'flag:' || c.flag_key = node
      join flags f on f.key = c.flag_key`);
  if (read.length !== 1) throw new Error(`${flag} cannot be read`);
  await worker.exec(`
    select begin_write('previous', 'production', 'flag', '${flag}', 'present', null);
    update flag_configurations set enabled = not enabled where environment = 'production' and flag_key = '${flag}';
    set constraints all immediate`);
  await worker.exec(`
    select begin_write('previous', 'production', 'flag', 'new-${n}', 'absent', null);
    insert into flags (key, kind, type, variants) values ('new-${n}', 'flag', 'boolean', '{"on":true}');
    insert into flag_configurations (environment, flag_key, default_serve) values ('production', 'new-${n}', '{"variant":"on"}');
    set constraints all immediate`);
  const [after] = await worker.query("select version::text from environments where key = 'production'");
  const made = Number(after?.["version"]) - Number(before?.["version"]);
  // The migration that brought the tags makes a version, too.
  if (made !== 2 && made !== 3) throw new Error("two writes are not two versions");
  const undone = await worker.query("select version from outbox where done_at is null");
  if (undone.length < 2) throw new Error("the writes are not in the outbox");
  await worker.exec("update outbox set done_at = now() where environment = 'production' and done_at is null");
  await worker.query("select prune_outbox()");
}

const SERVERS: [name: string, url: string | undefined][] = [["PGlite", undefined]];
if (process.env["TEST_DATABASE_URL"]) SERVERS.push(["Postgres", process.env["TEST_DATABASE_URL"]]);

describe.each(SERVERS)("migrations of a database in use, on %s", (_name, url) => {
  let migrator: Connection;
  let worker: Connection;
  const migrations = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
  beforeAll(async () => {
    [migrator, worker] = await openDatabase(url);
    for (const { sql } of migrations.slice(0, PREVIOUS)) await migrator.exec(sql.join(";\n"));
    await migrator.exec(`
      create schema drizzle;
      create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
      insert into environments (key, name) values ('production', 'Production');
      insert into flags (key, kind, type, variants)
        select 'flag-' || i, 'flag', 'boolean', '{"on":true}' from generate_series(0, ${FLAGS - 1}) i;
      insert into flag_configurations (environment, flag_key, default_serve)
        select 'production', 'flag-' || i, '{"variant":"on"}' from generate_series(0, ${FLAGS - 1}) i`);
    for (const { hash, folderMillis } of migrations.slice(0, PREVIOUS)) {
      await migrator.exec(
        `insert into drizzle.__drizzle_migrations (hash, created_at) values ('${hash}', ${folderMillis})`,
      );
    }
  });
  afterAll(async () => {
    await worker.close();
    await migrator.close();
  });

  test("leave the worker of the previous release working, at every step", { timeout: 120_000 }, async ({ expect }) => {
    await workAsPreviousRelease(worker, 0);
    let isMigrating = true;
    let steps = 0;
    let longestMs = 0;
    const target = {
      exec: (sql: string) => migrator.exec(sql),
      query: async <Row>(sql: string) => (await migrator.query(sql)) as Row[],
    };
    const step = async () => {
      const startedAt = performance.now();
      await workAsPreviousRelease(worker, ++steps);
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    };
    const migrated = applyMigrations({
      ...target,
      // With one connection, the worker gets its turn between two migrations.
      exec: async (sql) => {
        await target.exec(sql);
        if (url === undefined) await step();
      },
    }).finally(() => (isMigrating = false));
    while (url !== undefined && isMigrating) await step();
    expect(await migrated).toHaveLength(migrations.length - PREVIOUS);
    await step();
    expect(steps).toBeGreaterThan(1);
    // A migration that rewrote a table or waited for a lock would stop the worker for longer.
    expect(longestMs).toBeLessThan(10_000);
    const [row] = await migrator.query("select count(*)::text as n from flag_configurations");
    expect(row).toEqual({ n: String(FLAGS + steps + 1) });
    const [tags] = await migrator.query(`
      select e.version_tag, o.tag, (
        select count(*)::text from outbox where fields is null and tag is not null
      ) as everything
      from environments e join outbox o on o.environment = e.key and o.version = e.version where e.key = 'production'`);
    expect(tags).toEqual({ version_tag: expect.any(String), tag: tags?.["version_tag"], everything: "1" });
  });

  test("afterwards, writes of the previous release queue events for webhooks", async ({ expect }) => {
    const zeros = (length: number) => "0".repeat(length);
    await migrator.exec(`insert into webhooks (id, name, url, secret_salt, secret_hash)
      values ('AAAAAAAAAAAA', 'x', 'https://hooks.example.com/', '${zeros(32)}', '${zeros(64)}')`);
    await workAsPreviousRelease(worker, FLAGS - 1);
    const events = await migrator.query(`
      select environment, state, entity_count::text, version::text, (
        select string_agg(a.actor || ' ' || a.entity, ', ' order by a.id) from audit a where a.id = any (e.audit_ids)
      ) as rows
      from webhook_events e order by id`);
    const [{ version } = {}] = await migrator.query("select version::text from environments");
    const common = { environment: "production", state: "pending", entity_count: "1" };
    expect(events).toEqual([
      { ...common, version: String(Number(version) - 1), rows: "previous configuration" },
      { ...common, version, rows: "previous flag, previous configuration" },
    ]);
  });
});
