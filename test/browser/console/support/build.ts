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
  // Vitest's NODE_ENV would make Vite build for development, which is larger and is not what people load.
  const { NODE_ENV } = process.env;
  process.env["NODE_ENV"] = "production";
  await build({
    configFile: join(CONSOLE, "vite.config.ts"),
    mode: "production",
    logLevel: "warn",
    build: {
      outDir: join(directory, "console"),
      emptyOutDir: true,
      rolldownOptions: { input: join(CONSOLE, page) },
    },
  }).finally(() => {
    if (NODE_ENV === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = NODE_ENV;
  });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
