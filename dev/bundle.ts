import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";

const root = resolve(import.meta.dirname, "..");

export interface BundledModule {
  name: string;
  code: string;
  /** The source files in it. */
  sources: string[];
}

export interface Bundle {
  /** The entry comes first. All modules are in one folder. */
  modules: BundledModule[];
  /** The names of the modules that the runtime evaluates before the first request: the entry and its static imports. */
  first: string[];
  /** The bytes that each source file contributes to the modules. */
  inputs: Record<string, number>;
}

export interface BundleOptions {
  minify?: boolean;
  /** Paths of modules that take the place of others, for example of one that `npm run snapshot` wrote. */
  alias?: Record<string, string>;
}

/** Bundles a worker for Miniflare and plain workerd. Modules that it imports dynamically stay modules of their own. */
export async function bundleWorker(entry = "src/worker.ts", options: BundleOptions = {}): Promise<Bundle> {
  const result = await build({ ...optionsFor(entry, options), write: false, metafile: true });
  const outputs = new Map(Object.entries(result.metafile.outputs).map(([path, output]) => [basename(path), output]));
  const modules = result.outputFiles.map(({ path, text }) => {
    const name = basename(path);
    return { name, code: text, sources: Object.keys(outputs.get(name)?.inputs ?? {}) };
  });
  const inputs: Record<string, number> = {};
  for (const output of outputs.values()) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      inputs[path] = (inputs[path] ?? 0) + bytesInOutput;
    }
  }
  const first = new Set(["worker.js"]);
  for (const name of first) {
    for (const { path, kind } of outputs.get(name)?.imports ?? []) {
      if (kind === "import-statement" && outputs.has(basename(path))) first.add(basename(path));
    }
  }
  const isEntry = ({ name }: BundledModule) => name === "worker.js";
  return { modules: modules.toSorted((a, b) => Number(isEntry(b)) - Number(isEntry(a))), first: [...first], inputs };
}

/** Writes the minified modules of the worker with their source maps. */
export async function writeWorker(directory: string, options: BundleOptions): Promise<void> {
  const built = await build({
    ...optionsFor("src/worker.ts", { minify: true, ...options }),
    outdir: directory,
    write: false,
    sourcemap: true,
  });
  await mkdir(directory, { recursive: true });
  const stale = new Set(await readdir(directory));
  for (const { path, contents } of built.outputFiles) {
    const name = basename(path);
    // `wrangler dev` watches the folder, and starts the worker anew after each write.
    if (!stale.has(name) || !(await readFile(path)).equals(contents)) await writeFile(path, contents);
    stale.delete(name);
  }
  // Wrangler uploads whatever it finds.
  for (const name of stale) await rm(join(directory, name), { force: true });
}

function optionsFor(entry: string, { minify = false, alias }: BundleOptions): BuildOptions {
  // hono-openapi can describe zod schemas; this worker has none, and a hoisted zod must not end up in the modules.
  const absent = `${root}/src/ops/absent.ts`;
  return {
    absWorkingDir: root,
    entryPoints: { worker: entry },
    outdir: "dist/worker",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    alias: {
      zod: absent,
      "zod/v4": absent,
      "zod/v4/core": absent,
      "#preloaded-pattern-engine": absent,
      ...alias,
    },
    minify,
    legalComments: "none",
    logLevel: "error",
  };
}
