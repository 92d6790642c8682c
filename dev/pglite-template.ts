/** A freshly made, empty PGlite database, kept in node_modules/.cache: copying it is far quicker than initdb. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

const CACHE_FOLDER = join(import.meta.dirname, "../node_modules/.cache/burgee");

/** An empty database in memory. */
export async function createMemoryPglite(): Promise<PGlite> {
  const path = `${CACHE_FOLDER}/pglite-${await pgliteVersion()}.tar`;
  const template = await readFile(path).catch(() => undefined);
  if (template) {
    // A cache that does not open is made anew below.
    const opened = await PGlite.create({ loadDataDir: new Blob([template]) }).catch(() => undefined);
    if (opened) return opened;
  }
  const database = await PGlite.create();
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
