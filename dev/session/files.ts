/** The files that `npm run dev` keeps in its directory between starts. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { codeOf, DevError, messageOf } from "./error.ts";

const Keys = v.object({
  adminToken: v.string(),
  environments: v.record(v.string(), v.object({ clientKey: v.string(), serverKey: v.string() })),
});

/** The keys of a local project, unencrypted. */
export type DevKeys = v.InferOutput<typeof Keys>;

const DevFile = v.object({
  url: v.string(),
  ...Keys.entries,
  endpoints: v.object({ upstash: v.string(), neon: v.string() }),
});

/** dev.json holds addresses and keys for scripts and tests. `endpoints` are the origins with /__stats and /__faults. */
export type DevFile = v.InferOutput<typeof DevFile>;

const State = v.object({
  keySecret: v.pipe(v.string(), v.minLength(32)),
  ports: v.object({ neon: v.optional(v.number()), upstash: v.optional(v.number()) }),
});

/** state.json holds the secret and the ports that must not change with a restart. Only `npm run dev` uses it. */
export type DevState = v.InferOutput<typeof State>;

export interface DevFiles {
  directory: string;
  /** Returns the path of a file in the directory as messages show it. */
  shown(name: string): string;
}

/** Creates the directory. */
export async function openDevFiles(directory: string, shownDirectory: string): Promise<DevFiles> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new DevError(
      `The directory ${shownDirectory} cannot be created (${messageOf(error)}). Make its parent writable, or choose another directory: BURGEE_DIR=/path npm run dev`,
    );
  }
  return { directory, shown: (name) => join(shownDirectory, name) };
}

export async function readState(files: DevFiles): Promise<DevState> {
  const advice = "Delete the file and run npm run dev again. It will replace the keys.";
  const state = await readJson(files, "state.json", State, advice);
  return state ?? { keySecret: randomBytes(32).toString("hex"), ports: {} };
}

export async function readDevFile(files: DevFiles): Promise<DevFile | undefined> {
  return readJson(files, "dev.json", DevFile, "Delete the file and run npm run dev again. It will create new keys.");
}

export const writeState = (files: DevFiles, state: DevState): Promise<void> => writeJson(files, "state.json", state);
export const writeDevFile = (files: DevFiles, content: DevFile): Promise<void> => writeJson(files, "dev.json", content);

async function readJson<Output>(
  files: DevFiles,
  name: string,
  schema: v.GenericSchema<unknown, Output>,
  advice: string,
): Promise<Output | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(files.directory, name), "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    const wrong = error instanceof SyntaxError ? "is not valid JSON" : "cannot be read";
    throw new DevError(`${files.shown(name)} ${wrong} (${messageOf(error)}). ${advice}`);
  }
  const result = v.safeParse(schema, content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue) ?? "its top level";
  throw new DevError(`${files.shown(name)} has been changed: ${where} is missing or wrong. ${advice}`);
}

/** Writes a file that holds secrets. */
async function writeJson(files: DevFiles, name: string, content: object): Promise<void> {
  await writePrivateFile(files, name, `${JSON.stringify(content, null, 2)}\n`);
}

/** Writes a file that only its owner can read. Readers see the old file or the whole new one. Returns its path. */
export async function writePrivateFile(files: DevFiles, name: string, text: string): Promise<string> {
  const path = join(files.directory, name);
  try {
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    throw new DevError(`${files.shown(name)} cannot be written (${messageOf(error)}). Make its directory writable.`);
  }
  return path;
}
