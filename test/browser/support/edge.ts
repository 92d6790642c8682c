/** A proxy between the browser and the worker. It counts the requests, and can break connections on demand. */
import { type IncomingMessage, request as send, createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request on the wire. Unlike a page, it shows preflights too. */
export interface SeenRequest {
  method: string;
  path: string;
  query: string;
  headers: IncomingMessage["headers"];
  /** The status of the response, or 0 while there is none. */
  status: number;
}

export interface Edge {
  /** The origin that pages use. */
  url: string;
  seen: SeenRequest[];
  /** Returns the number of requests with this method, path and status. */
  count(filter: { method?: string; path?: string; status?: number }): number;
  /** While the edge is down, it closes every connection at once. */
  setDown(isDown: boolean): void;
  /** Closes every open stream, as a deployment or a flaky network does, and returns their number. */
  dropStreams(): number;
  openStreams(): number;
  close(): Promise<void>;
}

/** Listens on its own port and forwards everything, streams included, with the Host that the client sent. */
export async function startEdge(upstream: URL): Promise<Edge> {
  const seen: SeenRequest[] = [];
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let isDown = false;

  const server = createServer((request, response) => forward(upstream, request, response, seen, streams));
  server.on("connection", (socket) => {
    if (isDown) socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    count: ({ method, path, status }) =>
      seen.filter(
        (one) =>
          (method === undefined || one.method === method) &&
          (path === undefined || one.path === path) &&
          (status === undefined || one.status === status),
      ).length,
    setDown(value) {
      isDown = value;
      if (isDown) for (const socket of sockets) socket.destroy();
    },
    dropStreams() {
      const dropped = streams.size;
      for (const response of streams) response.destroy();
      streams.clear();
      return dropped;
    },
    openStreams: () => streams.size,
    close: () => closeServer(server, sockets),
  };
}

function forward(
  upstream: URL,
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest[],
  streams: Set<ServerResponse>,
): void {
  const { method = "", headers } = request;
  const { pathname, search } = new URL(request.url ?? "/", upstream);
  const entry = { method, path: pathname, query: search, headers, status: 0 };
  seen.push(entry);
  const forwarded = send(
    { host: upstream.hostname, port: upstream.port, method, path: request.url, headers, agent: false },
    (received) => {
      entry.status = received.statusCode ?? 0;
      response.writeHead(entry.status, received.headers);
      if (received.headers["content-type"]?.startsWith("text/event-stream") === true) {
        streams.add(response);
        response.flushHeaders();
        response.once("close", () => streams.delete(response));
      }
      received.on("error", () => response.destroy());
      received.pipe(response);
    },
  );
  forwarded.on("error", () => response.destroy());
  // If the client disconnects, close the forwarded request too, because the worker has to see that the stream ended.
  response.once("close", () => forwarded.destroy());
  request.pipe(forwarded);
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
