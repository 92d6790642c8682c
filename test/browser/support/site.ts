/** Serves pages that are bundled for browsers, from an origin that is not the worker's. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { build } from "esbuild";

export interface Site {
  /** Where the page is; its origin is not the worker's. */
  url: string;
  close(): Promise<void>;
}

/** One page with the given module in it, an empty body, and nothing else. `entry` is relative to test/browser. */
export async function startSite(entry: string): Promise<Site> {
  const script = await bundleForBrowsers(resolve(import.meta.dirname, "..", entry));
  const page = `<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,"><div id="root"></div>
<script type="module" src="/page.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : page);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bundleForBrowsers(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return result.outputFiles[0]?.text ?? "";
}
