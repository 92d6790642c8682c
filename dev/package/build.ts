/**
 * Builds the parts of the npm package. Usage: node dev/package/build.ts [cli] [sdk] [tools] [licences]. Default: all.
 * - cli: the command line as one file for Node 20, dist/cli.js, with the licences of the packages in it.
 * - sdk: the modules of `exports` in package.json, and their types.
 * - tools: the commands that need wrangler or a database, dist/tools.
 */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type BuildOptions } from "esbuild";
import manifest from "../../package.json" with { type: "json" };
import { removeUnreachable } from "./declarations.ts";
import { licencesOf } from "./licences.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");
const PARTS = { cli: buildCli, sdk: buildSdk, tools: buildTools, licences: writeLicences };

const options = { absWorkingDir: ROOT, bundle: true, format: "esm", logLevel: "warning" } satisfies BuildOptions;
/** Names stay, so that a stack trace can be read. */
const smaller = { minifySyntax: true, minifyWhitespace: true, legalComments: "none" } satisfies BuildOptions;

const modules = {
  ...options,
  outdir: DIST,
  outbase: "sdk",
  platform: "neutral",
  target: "es2022",
} satisfies BuildOptions;

/** A package of CommonJS in a bundle needs `require` for Node's own modules. */
const REQUIRE = {
  js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);',
};

async function buildCli(): Promise<void> {
  const { metafile } = await build({
    ...options,
    entryPoints: ["cli/run.ts"],
    outfile: join(DIST, "cli.js"),
    platform: "node",
    target: "node20",
    ...smaller,
    metafile: true,
    banner: { js: `#!/usr/bin/env node\n${REQUIRE.js}` },
  });
  await writeFile(join(DIST, "cli.licences.txt"), await licencesOf(Object.keys(metafile.inputs), ROOT));
}

/** The commands of a deployment's folder, whose own dependencies wrangler and PGlite are. */
async function buildTools(): Promise<void> {
  const outdir = join(DIST, "tools");
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    ...options,
    ...smaller,
    // They are the largest part after the command, and their stack traces matter least.
    minifyIdentifiers: true,
    entryPoints: ["dev/tools/index.ts"],
    outdir,
    splitting: true,
    platform: "node",
    target: "node22",
    external: ["@electric-sql/pglite", "pg"],
    // The Lua of the embedded Redis loads them for libraries that scripts do not have.
    alias: { "readline-sync": join(ROOT, "dev/tools/no-prompt.ts"), tmp: join(ROOT, "src/ops/absent.ts") },
    metafile: true,
    banner: REQUIRE,
  });
  await writeFile(join(outdir, "licences.txt"), await licencesOf(Object.keys(metafile.inputs), ROOT));
}

/** Writes the licences of the packages in the worker and in the console, which other commands have built. */
async function writeLicences(): Promise<void> {
  for (const [entry, folder] of [
    ["src/worker.ts", "worker"],
    ["console/src/main.tsx", "assets"],
  ] as const) {
    const { metafile } = await build({
      ...options,
      entryPoints: [entry],
      outdir: DIST,
      write: false,
      metafile: true,
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["workerd", "worker", "browser"],
      external: ["node:*", "cloudflare:*", "zod", "zod/*"],
      jsx: "automatic",
      jsxImportSource: "preact",
      // Only the names of the files matter. Vite builds the console, with its pictures and fonts.
      loader: Object.fromEntries([".svg", ".png", ".webp", ".woff2"].map((type) => [type, "empty" as const])),
    });
    await writeFile(join(DIST, folder, "licences.txt"), await licencesOf(Object.keys(metafile.inputs), ROOT));
  }
}

async function buildSdk(): Promise<void> {
  // A module that no longer exists must not be packed.
  for (const folder of ["binding", "client", "import", "provider", "testing", "types"])
    await rm(join(DIST, folder), { recursive: true, force: true });
  await build({
    ...modules,
    entryPoints: ["sdk/binding/index.ts", "sdk/client/index.ts", "sdk/testing/index.ts", "sdk/testing/web.ts"],
    external: ["@openfeature/*", "node:*"],
  });
  await buildModule("import");
  // Code for few flags loads with the first such flag: the engine for patterns alone is larger than all the rest.
  const absent = join(ROOT, "src/ops/absent.ts");
  await buildModule("provider", {
    splitting: true,
    chunkNames: "provider/[name]-[hash]",
    alias: {
      "#preloaded-hash-schemes": absent,
      "#preloaded-pattern-engine": absent,
      "#preloaded-windows": absent,
    },
  });
  await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "sdk")]);
  const typed = Object.values(manifest.exports).filter((module) => typeof module === "object");
  const types = typed.map((module) => join(ROOT, module.types));
  await removeUnreachable(join(DIST, "types"), types);
}

/** Builds a module that contains other packages, with their licences. */
async function buildModule(name: string, own: BuildOptions = {}): Promise<void> {
  const entryPoints = [`sdk/${name}/index.ts`];
  const { metafile } = await build({
    ...modules,
    ...smaller,
    ...own,
    entryPoints,
    external: ["node:*"],
    metafile: true,
  });
  await writeFile(join(DIST, name, "licences.txt"), await licencesOf(Object.keys(metafile.inputs), ROOT));
}

const names = process.argv.slice(2);
for (const [name, buildPart] of Object.entries(PARTS)) {
  if (names.length === 0 || names.includes(name)) await buildPart();
}
