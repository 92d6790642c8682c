import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Backends, startBackends } from "../../../dev/endpoints/backends.ts";
import { applyMigrations, type MigrationTarget, MIGRATIONS_FOLDER } from "../../../dev/postgres/migrate.ts";

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
const options = [{ kind: "embedded", databaseUrl: "", redisUrl: "" }];
if (TEST_DATABASE_URL !== undefined && TEST_REDIS_URL !== undefined) {
  options.push({ kind: "real", databaseUrl: TEST_DATABASE_URL, redisUrl: TEST_REDIS_URL });
}

describe.each(options)("$kind backends", ({ databaseUrl, redisUrl }) => {
  const opened: Backends[] = [];
  const open = async (migrate = true) => {
    const backends = await startBackends({ databaseUrl, redisUrl, migrate });
    opened.push(backends);
    return backends;
  };
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "burgee-migrations-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    for (const backends of opened.splice(0)) await backends.close();
  });

  const writeMigrations = async (files: Record<string, string>) => {
    const entries = Object.keys(files).map((tag, idx) => ({
      idx,
      version: "7",
      when: 1000 + idx,
      tag,
      breakpoints: true,
    }));
    await cp(join(MIGRATIONS_FOLDER, "meta"), join(folder, "meta"), { recursive: true });
    await writeFile(
      join(folder, "meta/_journal.json"),
      JSON.stringify({ version: "7", dialect: "postgresql", entries }),
    );
    for (const [tag, sql] of Object.entries(files)) await writeFile(join(folder, `${tag}.sql`), sql);
  };

  test("are migrated and separate from each other", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await one.neon.query("insert into environments (key, name) values ('production', 'Production')");
    await one.upstash.command("SET", "k", "v");
    expect(await one.neon.query("select key from environments")).toEqual([{ key: "production" }]);
    expect(await two.neon.query("select key from environments")).toEqual([]);
    expect(await two.upstash.command("GET", "k")).toBeNull();
    expect(one.neon.stats().requests).toBe(0);
  });

  test("apply each migration once, including files with several statements and functions", async () => {
    const { neon } = await open(false);
    const first =
      "create table a (id int);\n--> statement-breakpoint\ncreate function f() returns int language plpgsql as $$ begin return 1; end; $$;\n-- end";
    await writeMigrations({ "0000_first": first });
    expect(await applyMigrations(neon, folder)).toEqual(["migrations/0000_first.sql"]);
    expect(await applyMigrations(neon, folder)).toEqual([]);
    await writeMigrations({ "0000_first": first, "0001_second": "alter table a add column b int;" });
    expect(await applyMigrations(neon, folder)).toEqual(["migrations/0001_second.sql"]);
    expect(await neon.query("select f() as one, count(b)::int as n from a")).toEqual([{ one: 1, n: 0 }]);
  });

  test("apply nothing of a migration that fails, and name the file", async () => {
    const { neon } = await open(false);
    await writeMigrations({ "0000_bad": "create table a (id int);\n--> statement-breakpoint\nselect 1/0;" });
    await expect(applyMigrations(neon, folder)).rejects.toThrow(
      "migrations/0000_bad.sql cannot be applied: division by zero",
    );
    expect(await neon.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
    await writeMigrations({ "0000_bad": "create table a (id int);" });
    expect(await applyMigrations(neon, folder)).toHaveLength(1);
  });

  test("refuse a migration that changed after it was applied", async () => {
    const { neon } = await open(false);
    await writeMigrations({ "0000_first": "create table a (id int);" });
    await applyMigrations(neon, folder);
    await writeMigrations({ "0000_first": "create table a (id bigint);" });
    await expect(applyMigrations(neon, folder)).rejects.toThrow(
      "migrations/0000_first.sql has changed since it was applied",
    );
  });

  test("wait for a lock for two seconds at most, and try again later", async () => {
    const { neon } = await open(false);
    await writeMigrations({ "0000_first": "select current_setting('lock_timeout') as held into a;" });
    const pauses: number[] = [];
    const held: MigrationTarget = {
      query: (sql) => neon.query(sql),
      async exec(sql) {
        const isHeld = sql.includes("into a") && pauses.length < 2;
        if (isHeld) throw Object.assign(new Error("canceling statement due to lock timeout"), { code: "55P03" });
        await neon.exec(sql);
      },
    };
    const pause = async (ms: number) => void pauses.push(ms);
    expect(await applyMigrations(held, folder, pause)).toEqual(["migrations/0000_first.sql"]);
    expect(pauses).toEqual([500, 1000]);
    expect(await neon.query("select held from a")).toEqual([{ held: "2s" }]);
    expect(await neon.query("show lock_timeout")).toEqual([{ lock_timeout: "0" }]);
  });

  test("try again after a deadlock, of which they were the victim", async () => {
    const { neon } = await open(false);
    await writeMigrations({ "0000_first": "create table a (id int);" });
    const pauses: number[] = [];
    const deadlocked: MigrationTarget = {
      query: (sql) => neon.query(sql),
      async exec(sql) {
        const isVictim = sql.includes("table a ") && pauses.length === 0;
        if (isVictim) throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
        await neon.exec(sql);
      },
    };
    const pause = async (ms: number) => void pauses.push(ms);
    expect(await applyMigrations(deadlocked, folder, pause)).toEqual(["migrations/0000_first.sql"]);
    expect(pauses).toEqual([500]);
  });

  test("give up if a lock is never free, and say that nothing was applied", async () => {
    const { neon } = await open(false);
    await writeMigrations({ "0000_first": "create table a (id int);" });
    const held: MigrationTarget = {
      query: (sql) => neon.query(sql),
      exec: (sql) =>
        sql.includes("table a ")
          ? Promise.reject(Object.assign(new Error("timeout"), { code: "55P03" }))
          : neon.exec(sql),
    };
    await expect(applyMigrations(held, folder, async () => undefined)).rejects.toThrow(
      "migrations/0000_first.sql cannot be applied: another transaction has held a lock on its tables",
    );
  });

  afterAll(() => expect(opened).toEqual([]));
});
