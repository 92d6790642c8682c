/** Serves pages, bundled for browsers, from another origin than the worker's. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { build } from "esbuild";

export interface Site {
  /** Returns the URL of a page by its name. */
  url(page: string): string;
  close(): Promise<void>;
}

/** Serves an empty page for each module. Paths are relative to test/browser. */
export async function startSite(entries: Record<string, string>): Promise<Site> {
  const scripts = new Map<string, string>();
  for (const [name, entry] of Object.entries(entries))
    scripts.set(`/${name}.js`, await bundleForBrowsers(resolve(import.meta.dirname, "..", entry)));
  const server = createServer(({ url = "/" }, response) => {
    const script = scripts.get(url);
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? pageOf(`${url}.js`));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: (page) => `${origin}/${page}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function pageOf(script: string): string {
  return `<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,"><div id="root"></div>
<script type="module" src="${script}"></script>`;
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
