import { existsSync } from "node:fs";
import { UsageError } from "../exit.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The commands that need a database or wrangler. Each prints its own output and returns the exit code. */
export interface Tools {
  /** Serves the deployment in a folder until a signal stops it. */
  dev(folder: string): Promise<number>;
  migrate(env: Environment): Promise<number>;
  adminToken(env: Environment, options: { role: string; name: string }): Promise<number>;
}

/** In a clone the sources lie beside the command line's, and in the package so do the built files. */
const [SOURCES, BUILT] = ["../../dev/tools/index.ts", "./tools/index.js"].map((path) => new URL(path, import.meta.url));

/**
 * Loads the tools. The path is not written out, so that the command's own bundle does not contain them.
 * @throws UsageError a package that they need is not installed
 */
export async function loadTools(): Promise<Tools> {
  const path = existsSync(SOURCES!) ? SOURCES : BUILT;
  try {
    return ((await import(path!.href)) as { tools: Tools }).tools;
  } catch (error) {
    const missing = /Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : "")?.[1];
    if (missing === undefined) throw error;
    throw new UsageError(
      `the package ${missing} is not installed here; run this in a folder that burgee init wrote, after npm install`,
    );
  }
}

/** The folder of the package or of the clone: the nearest one above with `templates`. */
export function packageFolder(): URL {
  const candidates = ["../../", "../"].map((path) => new URL(path, import.meta.url));
  const found = candidates.find((folder) => existsSync(new URL("templates/wrangler.toml", folder)));
  if (found === undefined) throw new Error("the package is not complete: it has no templates");
  return found;
}
