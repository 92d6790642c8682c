import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig, type NeonDbError } from "@neondatabase/serverless";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { bigint, boolean, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startNeonEndpoint, type NeonEndpoint } from "../../../dev/postgres/neon-endpoint.ts";

const { TEST_DATABASE_URL } = process.env;
const backends = [{ backend: "PGlite", databaseUrl: undefined as string | undefined }];
if (TEST_DATABASE_URL !== undefined) backends.push({ backend: "Postgres", databaseUrl: TEST_DATABASE_URL });

const items = pgTable("endpoint_items", {
  id: integer().primaryKey(),
  name: text().notNull().unique(),
  version: bigint({ mode: "number" }),
  isOn: boolean("is_on"),
  data: jsonb(),
  tags: text().array(),
  madeAt: timestamp("made_at", { withTimezone: true }),
});

describe.each(backends)("the Neon endpoint over $backend", ({ databaseUrl }) => {
  let endpoint: NeonEndpoint;
  const client = () => neon(endpoint.connectionString);

  beforeAll(async () => {
    endpoint = await startNeonEndpoint(databaseUrl === undefined ? {} : { databaseUrl });
    neonConfig.fetchEndpoint = endpoint.url;
    await endpoint.exec(`
      drop table if exists endpoint_items;
      create table endpoint_items (
        id integer primary key, name text not null unique, version bigint, is_on boolean,
        data jsonb, tags text[], made_at timestamptz
      );`);
  });
  afterAll(async () => {
    await endpoint.exec("drop table endpoint_items");
    await endpoint.close();
  });
  beforeEach(async () => {
    endpoint.setFaults({});
    await endpoint.exec("truncate endpoint_items");
    endpoint.resetStats();
  });

  test("returns every type to the driver like a real Neon", async () => {
    const [row] =
      await client()`select 1::int4 i, 9007199254740993::int8 big, 1.50::numeric n, true b, null::text nothing,
      'straße 🦄'::text t, '{"a":[1,null]}'::jsonb j, array['a','b"c',null]::text[] list, array[1,2] numbers,
      '\\xdead'::bytea bytes, 'NaN'::float8 nan`;
    expect(row).toEqual({
      i: 1,
      big: "9007199254740993",
      n: "1.50",
      b: true,
      nothing: null,
      t: "straße 🦄",
      j: { a: [1, null] },
      list: ["a", 'b"c', null],
      numbers: [1, 2],
      bytes: Buffer.from("dead", "hex"),
      nan: Number.NaN,
    });
  });

  test("accepts null, boolean, number, object and array parameters", async () => {
    const data = { text: "a'b", list: [1, { deep: null }] };
    const [row] = await client().query(
      "select $1::text a, $2::bool b, $3::int8 c, $4::jsonb d, $5::text[] e, $6::int[] f, $7::jsonb[] g",
      [null, false, 42, data, ["x", 'y"\\{}', null], [[1], [2]], [{ k: "v" }]],
    );
    const array = [[1], [2]];
    expect(row).toEqual({ a: null, b: false, c: "42", d: data, e: ["x", 'y"\\{}', null], f: array, g: [{ k: "v" }] });
  });

  test("returns full results with fields, command and row count", async () => {
    const sql = neon(endpoint.connectionString, { fullResults: true, arrayMode: true });
    const inserted = await sql`insert into endpoint_items (id, name) values (1, 'a'), (2, 'b') returning id, name`;
    expect(inserted).toMatchObject({ command: "INSERT", rowCount: 2, rowAsArray: true });
    expect(inserted.rows).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    expect(inserted.fields[0]).toMatchObject({
      name: "id",
      dataTypeID: 23,
      columnID: 1,
      dataTypeSize: 4,
      format: "text",
    });
    expect(inserted.fields[0]?.tableID).toBeGreaterThan(0);
    const created = await sql`create temporary table if not exists endpoint_scratch (id int)`;
    expect(created).toMatchObject({ command: "CREATE", rowCount: null, rows: [], fields: [] });
  });

  test("returns database errors with every field that Neon sends", async () => {
    const sql = client();
    await sql`insert into endpoint_items (id, name) values (1, 'a')`;
    const duplicate = await sql`insert into endpoint_items (id, name) values (1, 'b')`.catch((e: NeonDbError) => e);
    expect(duplicate).toMatchObject({
      name: "NeonDbError",
      message: 'duplicate key value violates unique constraint "endpoint_items_pkey"',
      code: "23505",
      severity: "ERROR",
      detail: "Key (id)=(1) already exists.",
      table: "endpoint_items",
      schema: "public",
      constraint: "endpoint_items_pkey",
      routine: "_bt_check_unique",
    });
    const syntax = await sql.query("select nonsense from nowhere").catch((e: NeonDbError) => e);
    expect(syntax).toMatchObject({ code: "42P01", position: "22" });
    const several = await sql.query("select 1; select 2").catch((e: NeonDbError) => e);
    expect(several).toMatchObject({ code: "42601" });
    expect(endpoint.stats()).toMatchObject({ errors: 3, queries: 4 });
  });

  test("returns 400 for a database error and for a body that is not a query", async () => {
    const post = async (body: string) => {
      const headers = { "Neon-Connection-String": endpoint.connectionString };
      const response = await fetch(endpoint.url, { method: "POST", headers, body });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const division = await post('{"query":"select 1/0","params":[]}');
    expect(division).toMatchObject({ status: 400, body: { code: "22012", message: "division by zero" } });
    expect(Object.keys(division.body)).toHaveLength(17);
    expect(division.body["constraint"]).toBeNull();
    expect(await post("{}")).toMatchObject({ status: 400, body: { message: "`query` must be a string" } });
    expect(await post("nonsense")).toMatchObject({ status: 400, body: { message: "request body is not JSON" } });
    expect(await post('{"query":"select 1 a, true b, null c"}')).toMatchObject({
      status: 200,
      body: { rows: [{ a: 1, b: true, c: null }], rowAsArray: false },
    });
  });

  test("commits a batch as one transaction with its isolation level", async () => {
    const sql = client();
    const [, level] = await sql.transaction(
      [sql`insert into endpoint_items (id, name) values (1, 'a')`, sql`show transaction_isolation`],
      { isolationLevel: "Serializable" },
    );
    expect(level).toEqual([{ transaction_isolation: "serializable" }]);
    expect(await endpoint.query("select id from endpoint_items")).toEqual([{ id: 1 }]);
    expect(endpoint.stats()).toMatchObject({
      requests: 1,
      queries: 0,
      batches: 1,
      statements: 2,
      byKind: { insert: 1, show: 1 },
    });
  });

  test("rolls back a whole batch if one statement fails, and keeps working", async () => {
    const sql = client();
    const insert = sql`insert into endpoint_items (id, name) values (1, 'a')`;
    await expect(sql.transaction([insert, sql`select 1/0`])).rejects.toMatchObject({ code: "22012" });
    await expect(sql.transaction([insert], { readOnly: true })).rejects.toMatchObject({ code: "25006" });
    expect(await sql`select count(*)::int n from endpoint_items`).toEqual([{ n: 0 }]);
  });

  test("leaves no transaction open after a lone BEGIN", async () => {
    const sql = client();
    await sql`begin`;
    await sql`insert into endpoint_items (id, name) values (7, 'x')`;
    await expect(sql`select 1/0`).rejects.toMatchObject({ code: "22012" });
    expect(await sql`select id from endpoint_items`).toEqual([{ id: 7 }]);
  });

  test("works with drizzle: typed rows, batches and the cause of a failed query", async () => {
    const db = drizzle({ client: client() });
    const at = new Date("2026-03-04T05:06:07.891Z");
    const row = { id: 1, name: "a", version: 7, isOn: true, data: { k: ["v"] }, tags: ["x", "y"], madeAt: at };
    await db.insert(items).values(row);
    expect(await db.select().from(items)).toEqual([row]);
    const [updated, all] = await db.batch([
      db.update(items).set({ version: 8 }).where(eq(items.id, 1)).returning({ version: items.version }),
      db.select({ id: items.id }).from(items),
    ]);
    expect(updated).toEqual([{ version: 8 }]);
    expect(all).toEqual([{ id: 1 }]);
    await expect(db.insert(items).values(row)).rejects.toMatchObject({ cause: { code: "23505" } });
  });

  test("serves parallel requests", async () => {
    const sql = client();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => sql`insert into endpoint_items (id, name) values (${i}, ${i})`),
    );
    expect(await sql`select count(*)::int n from endpoint_items`).toEqual([{ n: 20 }]);
    expect(endpoint.stats()).toMatchObject({ requests: 21, byKind: { insert: 20, select: 1 } });
  });

  test("counts statements by their first word, but not those of helpers", async () => {
    await endpoint.query("select 1");
    await client().query("-- note\n /* more */ with x as (select 1) select * from x");
    expect(endpoint.stats()).toMatchObject({ requests: 1, statements: 1, byKind: { with: 1 } });
  });

  test("down fails without applying, and can be removed over HTTP", async () => {
    const sql = client();
    const base = new URL(endpoint.url).origin;
    const faults = (body: object) => fetch(`${base}/__faults`, { method: "POST", body: JSON.stringify(body) });
    await faults({ down: true });
    await expect(sql`insert into endpoint_items (id, name) values (1, 'a')`).rejects.toThrow(
      "Error connecting to database",
    );
    expect(await (await fetch(`${base}/__stats`)).json()).toMatchObject({ requests: 1, faulted: 1, queries: 0 });
    await faults({});
    expect(await sql`select count(*)::int n from endpoint_items`).toEqual([{ n: 0 }]);
  });

  test("dropAfterApply commits and loses the response", async () => {
    endpoint.setFaults({ dropAfterApply: true });
    const sql = client();
    await expect(sql`insert into endpoint_items (id, name) values (1, 'a')`).rejects.toThrow(
      "Error connecting to database",
    );
    expect(await endpoint.query("select id from endpoint_items")).toEqual([{ id: 1 }]);
  });

  test("errorRate responds with 500 and hang never responds", async () => {
    endpoint.setFaults({ errorRate: 1 });
    await expect(client()`select 1`).rejects.toThrow("Server error (HTTP status 500)");
    endpoint.setFaults({ hang: true });
    const controller = new AbortController();
    const hung = expect(
      client().query("select 1", [], { fetchOptions: { signal: controller.signal } }),
    ).rejects.toThrow();
    await expect.poll(() => endpoint.stats().faulted).toBe(2);
    controller.abort();
    await hung;
    expect(endpoint.stats()).toMatchObject({ requests: 2, faulted: 2, queries: 0 });
  });
});

describe("the Neon endpoint", () => {
  test("rejects with EADDRINUSE if the port is in use", async () => {
    const first = await startNeonEndpoint();
    await expect(startNeonEndpoint({ port: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.close();
  });

  test("keeps its data in a directory over a restart, and refuses a directory without a database", async () => {
    const directory = await mkdtemp(join(tmpdir(), "burgee-neon-"));
    const dataDir = join(directory, "postgres");
    const first = await startNeonEndpoint({ dataDir });
    await first.exec("create table kept (id int); insert into kept values (7);");
    await first.close();
    const second = await startNeonEndpoint({ dataDir });
    expect(await second.query("select id from kept")).toEqual([{ id: 7 }]);
    await second.close();
    await rm(join(dataDir, "PG_VERSION"));
    await expect(startNeonEndpoint({ dataDir })).rejects.toThrow("the directory contains files, but no PG_VERSION");
    await rm(directory, { recursive: true });
  });
});
