/** What stands between the browser and the worker in these tests: counts what passes, and breaks when told to. */
import { type IncomingMessage, request as send, createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request as it came over the wire. Preflights are here too, which a page cannot see. */
export interface SeenRequest {
  method: string;
  path: string;
  query: string;
  headers: IncomingMessage["headers"];
  /** Of the answer; 0 while there is none. */
  status: number;
}

export interface Edge {
  /** Origin, as pages are given it. */
  url: string;
  seen: SeenRequest[];
  /** How many requests there were of that method, path and status. */
  count(filter: { method?: string; path?: string; status?: number }): number;
  /** True: connections are closed as soon as they are made. */
  setDown(isDown: boolean): void;
  /** Closes every open stream, as a deployment or a flaky network does; answers how many there were. */
  dropStreams(): number;
  openStreams(): number;
  close(): Promise<void>;
}

/** Listens on a port of its own and passes everything on, streams included, with the Host that the client asked for. */
export async function startEdge(upstream: URL): Promise<Edge> {
  const seen: SeenRequest[] = [];
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let isDown = false;

  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", upstream);
    const entry = {
      method: request.method ?? "",
      path: pathname,
      query: search,
      headers: request.headers,
      status: 0,
    };
    seen.push(entry);
    const passed = send(
      {
        host: upstream.hostname,
        port: upstream.port,
        method: entry.method,
        path: request.url,
        headers: request.headers,
        agent: false,
      },
      (answer) => {
        entry.status = answer.statusCode ?? 0;
        response.writeHead(entry.status, answer.headers);
        if (answer.headers["content-type"]?.startsWith("text/event-stream") === true) {
          streams.add(response);
          response.flushHeaders();
          response.once("close", () => streams.delete(response));
        }
        answer.on("error", () => response.destroy());
        answer.pipe(response);
      },
    );
    passed.on("error", () => response.destroy());
    // A client that goes takes its request with it: the worker has to see that a stream was left.
    response.once("close", () => passed.destroy());
    request.pipe(passed);
  });
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
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
