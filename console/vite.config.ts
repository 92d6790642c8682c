import { copyFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Headers of assets are said at the root of what wrangler serves, which is the folder around the console's own. */
function headers(): Plugin {
  let served = "";
  return {
    name: "headers",
    configResolved: ({ root, build }) => void (served = resolve(root, build.outDir, "..")),
    closeBundle: () => copyFile(at("_headers"), resolve(served, "_headers")),
  };
}

/** Builds the console to dist/assets/console, which wrangler.toml serves at /console. */
export default defineConfig({
  root: at("."),
  base: "/console/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [headers()],
  build: {
    outDir: at("../dist/assets/console"),
    emptyOutDir: true,
    target: "es2024",
    // The policy allows no inline script or data: module.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The importers preload the parts of the evaluator that the worker loads on demand.
    rolldownOptions: {
      checks: { ineffectiveDynamicImport: false },
      // One file with everything that the first page loads compresses better than thirty small ones.
      output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
    },
  },
});
