/** The last known definitions in a file. Node's modules load on first use, because not every runtime has files. */

/** Returns the JSON in a file; `undefined` if there is no file. @throws Error it cannot be read, or is not JSON */
export async function readDefinitions(path: string): Promise<unknown> {
  const { readFile } = await import("node:fs/promises");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${path} is not JSON`);
  }
}

/** Writes a file that only its owner may read, in one step, so that no reader sees half of it. */
export async function writeDefinitions(path: string, text: string): Promise<void> {
  const { rename, rm, writeFile } = await import("node:fs/promises");
  const { randomUUID } = await import("node:crypto");
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
