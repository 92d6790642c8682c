/** The database of `npm run dev`: opened, migrated and seeded. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../src/ops/errors.ts";
import { DevError, messageOf } from "./error.ts";
import { type DevFiles, type DevKeys, writePrivateFile } from "./files.ts";
import { ensureProject } from "./keys.ts";
import type { DevSettings } from "./settings.ts";
import { applyMigrations, MigrationError } from "../postgres/migrate.ts";
import { type NeonEndpoint, startNeonEndpoint } from "../postgres/neon-endpoint.ts";

export interface DatabaseOptions {
  settings: DevSettings;
  files: DevFiles;
  port: number;
  keySecret: string;
  /** Keys of an earlier start. */
  known: DevKeys | undefined;
}

/** `onOpen` gets the endpoint as soon as there is something to close. Throws a DevError. */
export async function prepareDatabase(
  options: DatabaseOptions,
  onOpen: (neon: NeonEndpoint) => void,
): Promise<{ neon: NeonEndpoint; keys: DevKeys }> {
  const { settings, files, port, keySecret, known } = options;
  const { databaseUrl } = settings;
  const unfinished = join(files.directory, UNFINISHED);
  const dataDir = join(settings.directory, "postgres");
  if (databaseUrl === undefined) {
    // A first start that was killed left a database that holds nothing of anybody's and may be broken.
    if (existsSync(unfinished)) await rm(dataDir, { recursive: true, force: true });
    if (!existsSync(dataDir)) await writePrivateFile(files, UNFINISHED, "");
  }
  const neon = await (databaseUrl === undefined
    ? openEmbedded(files, port, dataDir)
    : startNeonEndpoint({ port, databaseUrl }));
  onOpen(neon);
  await migrate(neon, files, databaseUrl);
  const keys = await ensureProject(neon, keySecret, known).catch((error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw databaseFailed(error, files, databaseUrl);
    throw new DevError(`The example project cannot be loaded: ${messageOf(error)}. Correct examples/project.yaml.`);
  });
  await rm(unfinished, { force: true });
  neon.resetStats();
  return { neon, keys };
}

/** There while a new embedded database is being made. */
const UNFINISHED = "unfinished";

function openEmbedded(files: DevFiles, port: number, dataDir: string): Promise<NeonEndpoint> {
  return startNeonEndpoint({ port, dataDir }).catch((error: unknown) => {
    throw new DevError(
      `The database in ${files.shown("postgres")} cannot be opened (${messageOf(error)}). ${restoreAdvice(files)}`,
    );
  });
}

async function migrate(neon: NeonEndpoint, files: DevFiles, databaseUrl: string | undefined): Promise<void> {
  try {
    await applyMigrations(neon);
  } catch (error) {
    if (error instanceof MigrationError) {
      const advice = databaseUrl
        ? "Correct the file, or use another DATABASE_URL."
        : `Correct the file, or delete ${files.shown("postgres")} to start with a new database.`;
      throw new DevError(`${error.message}. ${advice}`);
    }
    throw databaseFailed(error, files, databaseUrl);
  }
}

function databaseFailed(error: unknown, files: DevFiles, databaseUrl: string | undefined): DevError {
  const reason = messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  if (databaseUrl !== undefined) {
    const host = new URL(databaseUrl).host;
    return new DevError(
      `The database of DATABASE_URL (${host}) fails: ${reason}. Start it, or correct or unset DATABASE_URL.`,
    );
  }
  return new DevError(`The database in ${files.shown("postgres")} fails: ${reason}. ${restoreAdvice(files)}`);
}

function restoreAdvice(files: DevFiles): string {
  const shown = files.shown("postgres");
  return `Put back a copy of the directory, or delete it to start with a new one: rm -r ${shown}`;
}
