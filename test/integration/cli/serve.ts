import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { Isolate } from "../../support/app.ts";

/** The isolate behind a port of its own, for commands in other processes. */
export async function serveIsolate(isolate: Isolate): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/" } = request;
    const body = await text(request);
    const headers = Object.entries(request.headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    const answer = await isolate.fetch(url, { method, headers, ...(body === "" ? {} : { body }) });
    await isolate.settled();
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
