/** Opens, migrates and seeds the database of `npm run dev`. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
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
  /** Keys from an earlier start. */
  known: DevKeys | undefined;
}

/**
 * Returns the endpoint of a database that is ready for use, with keys for it.
 *
 * @param onOpen called with the endpoint as soon as it has to be closed
 * @throws DevError if the database or the example project is unusable
 */
export async function prepareDatabase(
  options: DatabaseOptions,
  onOpen: (neon: NeonEndpoint) => void,
): Promise<{ neon: NeonEndpoint; keys: DevKeys }> {
  const { settings, files, port, keySecret, known } = options;
  const { databaseUrl } = settings;
  const unfinished = join(files.directory, UNFINISHED);
  const dataDir = join(settings.directory, "postgres");
  if (databaseUrl === undefined) {
    // If the first start was killed, its database may be broken and holds no user data.
    if (existsSync(unfinished)) await rm(dataDir, { recursive: true, force: true });
    if (!existsSync(dataDir)) await writePrivateFile(files, UNFINISHED, "");
  }
  const neon = await (databaseUrl === undefined
    ? openEmbedded(files, port, dataDir)
    : startNeonEndpoint({ port, databaseUrl }));
  onOpen(neon);
  await migrate(neon, files, databaseUrl);
  const keys = await ensureProject(neon, keySecret, known, settings.project).catch((error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw databaseFailed(error, files, databaseUrl);
    const shown = relative(settings.root, settings.project);
    throw new DevError(`${shown} cannot be loaded: ${messageOf(error)}. Correct the file.`);
  });
  await rm(unfinished, { force: true });
  neon.resetStats();
  return { neon, keys };
}

/** This file exists while a new embedded database is being created. */
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
      `The database at DATABASE_URL (${host}) failed: ${reason}. Start it, or correct or unset DATABASE_URL.`,
    );
  }
  return new DevError(`The database in ${files.shown("postgres")} failed: ${reason}. ${restoreAdvice(files)}`);
}

function restoreAdvice(files: DevFiles): string {
  const shown = files.shown("postgres");
  return `Restore the directory from a copy, or delete it to start with a new database: rm -r ${shown}`;
}
