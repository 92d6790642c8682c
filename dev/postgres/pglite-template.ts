/** An empty PGlite database in node_modules/.cache. Copying it is far faster than running initdb. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

const CACHE_FOLDER = join(import.meta.dirname, "../../node_modules/.cache/burgee");

/** Opens the database in `dataDir` and creates it if needed. Without a directory, it creates an empty one in memory. */
export async function createPglite(dataDir: string | undefined): Promise<PGlite> {
  if (dataDir !== undefined && existsSync(join(dataDir, "PG_VERSION"))) return PGlite.create(dataDir);
  if (dataDir !== undefined && existsSync(dataDir) && (await readdir(dataDir)).length > 0) {
    throw new Error("the directory contains files, but no PG_VERSION");
  }
  const target = dataDir === undefined ? {} : { dataDir };
  const path = join(CACHE_FOLDER, `pglite-${await pgliteVersion()}.tar`);
  const template = await readFile(path).catch(() => undefined);
  if (template) return PGlite.create({ ...target, loadDataDir: new Blob([template]) });
  const database = await PGlite.create(target);
  const dump = await database.dumpDataDir("none");
  await store(path, new Uint8Array(await dump.arrayBuffer())).catch(() => {});
  return database;
}

/** Writes the file and then renames it, because another process may write or read it at the same time. */
async function store(path: string, bytes: Uint8Array): Promise<void> {
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
