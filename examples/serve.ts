/** `node examples/serve.ts web` bundles examples/web/page.ts (or page.tsx) and serves it with its index.html. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { type Local, readLocal } from "./local.ts";

/** Bundles a page's script. The constants BURGEE_URL and BURGEE_KEY become the URL and the client key. */
export async function bundlePage(folder: string, { url, clientKey }: Local): Promise<string> {
  const entry = ["page.ts", "page.tsx"].map((name) => join(import.meta.dirname, folder, name)).find(existsSync);
  if (entry === undefined) throw new Error(`examples/${folder} contains neither page.ts nor page.tsx`);
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    define: {
      BURGEE_URL: JSON.stringify(url),
      BURGEE_KEY: JSON.stringify(clientKey),
      "process.env.NODE_ENV": '"production"',
    },
  });
  return outputFiles[0]?.text ?? "";
}

/** Listens on PORT (default: 3000; 0 chooses any free port) and prints the address. */
export async function listen(handler: RequestListener): Promise<Server> {
  const port = Number(process.env["PORT"] ?? 3000);
  const server = createServer(handler).listen(port, "127.0.0.1");
  await once(server, "listening").catch((error: unknown) => {
    console.error(`Port ${port} cannot be used (${String(error)}). Choose another one, for example PORT=${port + 1}`);
    process.exit(1);
  });
  console.log(`Open http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return server;
}

if (process.argv[1] === import.meta.filename) {
  const folder = process.argv[2] ?? "web";
  const script = await bundlePage(folder, await readLocal());
  const page = await readFile(join(import.meta.dirname, folder, "index.html"), "utf8");
  await listen((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : page);
  });
}
