/** What `npm run dev` keeps in its directory between starts. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { codeOf, DevError, messageOf } from "./error.ts";

const Keys = v.object({
  adminToken: v.string(),
  environments: v.record(v.string(), v.object({ clientKey: v.string(), serverKey: v.string() })),
});

/** The keys to a project, in clear: they are local. */
export type DevKeys = v.InferOutput<typeof Keys>;

const DevFile = v.object({
  url: v.string(),
  ...Keys.entries,
  endpoints: v.object({ upstash: v.string(), neon: v.string() }),
});

/** dev.json: where everything is, for scripts and tests. `endpoints` are the origins that serve /__stats and /__faults. */
export type DevFile = v.InferOutput<typeof DevFile>;

const State = v.object({
  keySecret: v.pipe(v.string(), v.minLength(32)),
  ports: v.object({ neon: v.optional(v.number()), upstash: v.optional(v.number()) }),
});

/** state.json: what must stay the same over restarts and concerns nobody else. */
export type DevState = v.InferOutput<typeof State>;

export interface DevFiles {
  directory: string;
  /** How messages name a file of the directory. */
  shown(name: string): string;
}

/** Makes the directory. */
export async function openDevFiles(directory: string, shownDirectory: string): Promise<DevFiles> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new DevError(
      `The directory ${shownDirectory} cannot be made (${messageOf(error)}). Make it writable, or name another: BURGEE_DIR=/path npm run dev`,
    );
  }
  return { directory, shown: (name) => join(shownDirectory, name) };
}

export async function readState(files: DevFiles): Promise<DevState> {
  const advice = "Delete it and run npm run dev again; the keys will be replaced.";
  const state = await readJson(files, "state.json", State, advice);
  return state ?? { keySecret: randomBytes(32).toString("hex"), ports: {} };
}

export async function readDevFile(files: DevFiles): Promise<DevFile | undefined> {
  return readJson(files, "dev.json", DevFile, "Delete it and run npm run dev again; new keys will be made.");
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
  throw new DevError(`${files.shown(name)} is not what npm run dev wrote: ${where} is missing or wrong. ${advice}`);
}

/** Whole or not at all, readable by its owner alone: it holds secrets. */
async function writeJson(files: DevFiles, name: string, content: object): Promise<void> {
  await writePrivateFile(files, name, `${JSON.stringify(content, null, 2)}\n`);
}

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
