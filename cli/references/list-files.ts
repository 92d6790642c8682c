import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../exit.ts";

const run = promisify(execFile);

/** The most files of one scan. */
const MAX_FILES = 100_000;
/** Folders without code of one's own, where there is no .gitignore to say so. */
const SKIPPED = new Set([
  "node_modules",
  "vendor",
  "dist",
  "build",
  "out",
  "target",
  "coverage",
  "venv",
  "__pycache__",
]);

/** Returns the paths of the files below a folder, relative to it. Git leaves out the files that it ignores. */
export async function listFiles(folder: string): Promise<string[]> {
  const files = (await filesOfGit(folder)) ?? (await filesBelow(folder, ""));
  if (files.length > MAX_FILES)
    throw new UsageError(
      `there are ${files.length} files; scan its folders one by one, each with at most ${MAX_FILES} files`,
    );
  return files.toSorted();
}

/** Asks git about the folder. Returns `undefined` if git has nothing to say. */
export async function askGit(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await run("git", args, { cwd: folder, maxBuffer: 256 * 1024 * 1024 })).stdout;
  } catch {
    return undefined;
  }
}

async function filesOfGit(folder: string): Promise<string[] | undefined> {
  const listed = await askGit(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  // A file of a merge conflict is listed more than once.
  return listed === undefined ? undefined : [...new Set(listed.split("\0").filter((path) => path !== ""))];
}

async function filesBelow(folder: string, path: string): Promise<string[]> {
  const entries = await readdir(join(folder, path), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<string[]> => {
      const own = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) return [own];
      // Links could lead anywhere.
      if (!entry.isDirectory() || entry.name.startsWith(".") || SKIPPED.has(entry.name)) return [];
      return await filesBelow(folder, own);
    }),
  );
  return found.flat();
}
