/** The console as it is deployed: built by its own configuration, with the headers that it is served with. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";

export interface BuiltConsole {
  /** What wrangler.toml calls the directory of assets. */
  directory: string;
  remove(): Promise<void>;
}

/** Into a directory of its own, so that what `npm run dev` serves stays as it is. */
export async function buildConsole(): Promise<BuiltConsole> {
  const directory = await mkdtemp(join(tmpdir(), "burgee-console-"));
  await build({
    configFile: resolve(import.meta.dirname, "../../../../console/vite.config.ts"),
    mode: "production",
    logLevel: "warn",
    build: { outDir: join(directory, "console"), emptyOutDir: true },
  });
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}
