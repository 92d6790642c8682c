import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The relative module names of imports and exports, also of those inside a type. */
const MODULE = /(?:\bfrom |\bimport\(|^import )"(\.[^"]+)"/gm;

/**
 * Deletes the declarations in a folder that no entry refers to, directly or indirectly. The compiler writes one for
 * each module that it reads, and those of the implementation refer to packages that the published one does not install.
 */
export async function removeUnreachable(folder: string, entries: readonly string[]): Promise<void> {
  const reached = new Set(entries);
  for (const file of reached) {
    for (const [, name = ""] of (await readFile(file, "utf8")).matchAll(MODULE))
      reached.add(resolve(dirname(file), name.replace(/\.ts$/, ".d.ts")));
  }
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !reached.has(path)) await rm(path);
  }
}
