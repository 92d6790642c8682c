/** Reads the functions, triggers and composite types of a database, and rebuilds them from migrations/functions/. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MIGRATIONS_FOLDER } from "../../../dev/postgres/migrate.ts";
import type { TestStore } from "./backends.ts";

/** Definitions by what they define: "function audit_actor()", "trigger flags_inserted on flags", "type node_tests". */
export type Definitions = Record<string, string>;

const SCHEMAS = "('pg_catalog', 'information_schema', 'pg_toast')";
const TRIGGERS = `
  select t.oid, t.tgname, t.tgrelid::regclass::text as relation, t.tgenabled
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where not t.tgisinternal and c.relnamespace::regnamespace::text not in ${SCHEMAS}`;
const FUNCTIONS = `
  select p.oid, p.prosrc from pg_proc p
  where p.pronamespace::regnamespace::text not in ${SCHEMAS} and p.prokind <> 'a'
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`;
const TYPES = `
  select c.oid, c.reltype from pg_class c
  where c.relkind = 'c' and c.relnamespace::regnamespace::text not in ${SCHEMAS}`;

/** Reads every definition as this server writes it, with the bodies of functions normalised. */
export async function readDefinitions(store: TestStore): Promise<Definitions> {
  const rows = await store.rows<{ name: string; definition: string; body: string }>(`
    select 'function ' || oid::regprocedure as name, pg_get_functiondef(oid) as definition, prosrc as body
    from (${FUNCTIONS}) as f
    union all
    select format('trigger %s on %s', tgname, relation), format('%s; enabled: %s', pg_get_triggerdef(oid), tgenabled), ''
    from (${TRIGGERS}) as t
    union all
    select 'type ' || reltype::regtype, (
      select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
      from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    ), ''
    from (${TYPES}) as t
    order by 1`);
  return Object.fromEntries(
    rows.map(({ name, definition, body }) => [name, definition.replace(body, () => normaliseSql(body))]),
  );
}

/** Reads the files of migrations/functions/ in an order in which they can be applied. */
export async function readFunctionFiles(): Promise<string[]> {
  const folder = join(MIGRATIONS_FOLDER, "functions");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql") && name !== "types.sql");
  return await Promise.all(["types.sql", ...names].map((name) => readFile(join(folder, name), "utf8")));
}

/** Drops every function, trigger and type, applies the files, and reads what they have created. */
export async function rebuildDefinitions(store: TestStore, files: readonly string[]): Promise<Definitions> {
  // Names are collected before anything is dropped, because dropping one function can drop others with it.
  await store.exec(`
    begin;
    do $drop$
    declare
      drops text[] := array(select format('drop trigger if exists %I on %s', tgname, relation) from (${TRIGGERS}) as t)
        || array(select format('drop routine if exists %s cascade', oid::regprocedure) from (${FUNCTIONS}) as f)
        || array(select format('drop type if exists %s cascade', reltype::regtype) from (${TYPES}) as t);
      statement text;
    begin
      foreach statement in array drops loop execute statement; end loop;
    end
    $drop$;
    set local check_function_bodies = off;
    ${files.join("\n")}
    commit;`);
  return await readDefinitions(store);
}

/** Removes the comments of SQL text and shortens white space, except inside quoted text. */
export function normaliseSql(sql: string): string {
  const quoted = /'(?:[^']|'')*'|"[^"]*"|(?<tag>\$\w*\$)[\s\S]*?\k<tag>/;
  const ignored = /--[^\n]*|\/\*[\s\S]*?\*\/|\s+/;
  return sql
    .replaceAll(new RegExp(`(${quoted.source})|(?:${ignored.source})+`, "g"), (_, text?: string) => text ?? " ")
    .trim();
}
