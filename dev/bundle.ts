import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type OutputChunk, type OutputOptions, rolldown, type RolldownBuild } from "rolldown";

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
  /** The bytes of each source file in the modules, before they are minified. */
  inputs: Record<string, number>;
}

export interface BundleOptions {
  minify?: boolean;
  /** Paths of modules that take the place of others, for example of one that `npm run snapshot` wrote. */
  alias?: Record<string, string>;
}

/** Bundles a worker for Miniflare and plain workerd. Modules that it imports dynamically stay modules of their own. */
export async function bundleWorker(entry = "src/worker.ts", options: BundleOptions = {}): Promise<Bundle> {
  const chunks = await chunksOf(entry, options, { sourcemap: false });
  const inputs: Record<string, number> = {};
  for (const { modules } of chunks) {
    for (const [id, { renderedLength }] of Object.entries(modules)) inputs[sourceOf(id)] = renderedLength;
  }
  return {
    modules: chunks.map(({ fileName, code, moduleIds }) => ({
      name: fileName,
      code,
      sources: moduleIds.map(sourceOf),
    })),
    first: firstOf(chunks).map(({ fileName }) => fileName),
    inputs,
  };
}

/** Writes the minified modules of the worker with their source maps. */
export async function writeWorker(directory: string, options: BundleOptions): Promise<void> {
  const chunks = await chunksOf("src/worker.ts", { minify: true, ...options }, { sourcemap: true });
  await mkdir(directory, { recursive: true });
  const stale = new Set(await readdir(directory));
  const files = chunks.flatMap(({ fileName, code, map }) => [
    { name: fileName, text: code },
    { name: `${fileName}.map`, text: map?.toString() ?? "" },
  ]);
  for (const { name, text } of files) {
    const path = join(directory, name);
    // `wrangler dev` watches the folder, and starts the worker anew after each write.
    if (!stale.has(name) || (await readFile(path, "utf8")) !== text) await writeFile(path, text);
    stale.delete(name);
  }
  // Wrangler uploads whatever it finds.
  for (const name of stale) await rm(join(directory, name), { force: true });
}

/**
 * Returns the entry's chunk and then the others. All that runs before the first request is in one chunk beside the
 * entry, because a whole compresses better than its parts.
 */
async function chunksOf(
  entry: string,
  { minify = false, ...options }: BundleOptions,
  { sourcemap }: { sourcemap: boolean },
): Promise<OutputChunk[]> {
  const build = await rolldown(inputOptions(entry, options));
  try {
    // Only the modules of each chunk are needed, so nothing is minified.
    const apart = await generate(build, { minify: false });
    const first = new Set(firstOf(apart).flatMap(({ moduleIds }) => moduleIds));
    const codeSplitting = { groups: [{ name: "first", test: (id: string) => first.has(id) }] };
    return await generate(build, { minify, sourcemap, codeSplitting });
  } finally {
    await build.close();
  }
}

async function generate(build: RolldownBuild, options: OutputOptions): Promise<OutputChunk[]> {
  const { output } = await build.generate({
    dir: "dist/worker",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    comments: { legal: false, annotation: true, jsdoc: false },
    ...options,
  });
  const chunks = output.filter((file) => file.type === "chunk");
  return chunks.toSorted((a, b) => Number(b.isEntry) - Number(a.isEntry));
}

/** Returns the entry and the chunks that it imports statically. */
function firstOf(chunks: readonly OutputChunk[]): OutputChunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const first = new Set(chunks.slice(0, 1));
  for (const { imports } of first) {
    for (const name of imports) {
      const chunk = byName.get(name);
      if (chunk !== undefined) first.add(chunk);
    }
  }
  return [...first];
}

function sourceOf(id: string): string {
  return relative(root, id);
}

function inputOptions(entry: string, { alias }: BundleOptions) {
  // hono-openapi can describe zod schemas; this worker has none, and a hoisted zod must not end up in the modules.
  const absent = `${root}/src/ops/absent.ts`;
  return {
    cwd: root,
    input: { worker: resolve(root, entry) },
    platform: "neutral" as const,
    external: [/^cloudflare:/, /^node:/],
    resolve: {
      mainFields: ["module", "main"],
      conditionNames: ["workerd", "worker", "browser", "import", "default"],
      alias: {
        "zod/v4/core": absent,
        "zod/v4": absent,
        zod: absent,
        "#preloaded-hash-schemes": absent,
        "#preloaded-pattern-engine": absent,
        "#preloaded-windows": absent,
        ...alias,
      },
    },
    transform: { target: "es2024" },
    logLevel: "silent" as const,
  };
}
