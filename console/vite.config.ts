import { copyFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Builds the console to dist/assets/console, which wrangler.toml serves at /console. */
export default defineConfig({
  root: at("."),
  base: "/console/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // Headers of assets are said at the root of what wrangler serves.
  plugins: [{ name: "headers", closeBundle: () => copyFile(at("_headers"), at("../dist/assets/_headers")) }],
  build: {
    outDir: at("../dist/assets/console"),
    emptyOutDir: true,
    target: "es2024",
    // The policy allows no inline script or data: module.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
