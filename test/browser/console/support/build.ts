/** Builds the console with its own configuration, and with its headers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";

export interface BuiltConsole {
  /** The directory that wrangler.toml calls `assets`. */
  directory: string;
  remove(): Promise<void>;
}

const CONSOLE = resolve(import.meta.dirname, "../../../../console");

/**
 * Builds the console, or another page of its folder, into a temporary directory, so that a running `npm run dev` is not
 * affected.
 */
export async function buildConsole(page = "index.html"): Promise<BuiltConsole> {
  const directory = await mkdtemp(join(tmpdir(), "burgee-console-"));
  await build({
    configFile: join(CONSOLE, "vite.config.ts"),
    mode: "production",
    logLevel: "warn",
    build: {
      outDir: join(directory, "console"),
      emptyOutDir: true,
      rolldownOptions: { input: join(CONSOLE, page) },
    },
  });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
