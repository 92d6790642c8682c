/** A freshly made, empty PGlite database, kept in node_modules/.cache: copying it is far quicker than initdb. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

const CACHE_FOLDER = join(import.meta.dirname, "../../node_modules/.cache/burgee");

/** The database in `dataDir`, made when there is none; without a directory an empty one in memory. */
export async function createPglite(dataDir: string | undefined): Promise<PGlite> {
  if (dataDir !== undefined && existsSync(join(dataDir, "PG_VERSION"))) return PGlite.create(dataDir);
  if (dataDir !== undefined && existsSync(dataDir) && (await readdir(dataDir)).length > 0) {
    throw new Error("it holds files, but no PG_VERSION");
  }
  const target = dataDir === undefined ? {} : { dataDir };
  const path = join(CACHE_FOLDER, `pglite-${await pgliteVersion()}.tar`);
  const template = await readFile(path).catch(() => undefined);
  if (template) return PGlite.create({ ...target, loadDataDir: new Blob([template]) });
  const database = await PGlite.create(target);
  const dump = await database.dumpDataDir("none");
  await keep(path, new Uint8Array(await dump.arrayBuffer())).catch(() => {});
  return database;
}

/** Another process may write the same file: it appears whole or not at all. */
async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

async function pgliteVersion(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = JSON.parse(await readFile(join(dirname(main), "../package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
