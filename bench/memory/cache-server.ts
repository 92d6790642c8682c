import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A data centre's cache that runs in this process. */
export interface CacheServer {
  port: number;
  size(): number;
  close(): Promise<void>;
}

/** Starts a data centre's cache in this process, for the Cache API of plain workerd. Nothing in it expires. */
export async function startCacheServer(): Promise<CacheServer> {
  const kept = new Map<string, { headers: string[][]; body: Buffer }>();
  const server = createServer(async (request, response) => {
    const url = `${request.headers.host}${request.url}`;
    if (request.method === "PUT") {
      kept.set(url, parseResponse(await bodyOf(request)));
      response.writeHead(204).end();
      return;
    }
    const found = kept.get(url);
    if (found === undefined) return void response.writeHead(504, { "cf-cache-status": "MISS" }).end();
    for (const [name = "", value = ""] of found.headers) response.setHeader(name, value);
    response.writeHead(200, { "cf-cache-status": "HIT", "content-length": found.body.length }).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    size: () => kept.size,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Parses the stored response, which workerd sends as HTTP text inside the body of a PUT. */
function parseResponse(text: Buffer): { headers: string[][]; body: Buffer } {
  const end = text.indexOf("\r\n\r\n");
  const [, ...lines] = text.subarray(0, end).toString().split("\r\n");
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  const isFraming = ([name = ""]: string[]) => /^(transfer-encoding|content-length|connection)$/i.test(name);
  return { headers: headers.filter((header) => !isFraming(header)), body: text.subarray(end + 4) };
}
