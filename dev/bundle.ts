import { resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");

export interface Bundle {
  code: string;
  /** The bytes that each module contributes to the bundle. */
  inputs: Record<string, number>;
}

export interface BundleOptions {
  minify?: boolean;
  /** Module aliases like wrangler's --alias, for example for a module that `npm run snapshot` wrote. */
  alias?: Record<string, string>;
}

/** Bundles the worker into one module with the aliases of wrangler.toml, for Miniflare and plain workerd. */
export async function bundleWorker(entry = "src/worker.ts", options: BundleOptions = {}): Promise<Bundle> {
  const absent = `${root}/src/ops/absent.ts`;
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    alias: { zod: absent, "zod/v4": absent, "zod/v4/core": absent, ...options.alias },
    minify: options.minify ?? false,
    legalComments: "none",
    logLevel: "error",
  });
  const [output] = Object.values(result.metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]) => [path, bytesInOutput]);
  return { code: result.outputFiles[0]?.text ?? "", inputs: Object.fromEntries(inputs) as Record<string, number> };
}
