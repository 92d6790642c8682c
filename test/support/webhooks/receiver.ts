import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** The ways in which the receiver treats a request. The first ones process the event. */
export const BEHAVIOURS = [
  "ok",
  "no content",
  "garbage",
  "slow body",
  "processed and reset",
  "processed and hang",
  "reset",
  "reset in the headers",
  "hang",
  "500",
  "429",
  "410",
  "redirect",
  "refused",
  "no TLS",
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

const PROCESSES = new Set<Behaviour>(BEHAVIOURS.slice(0, BEHAVIOURS.indexOf("reset")));

export interface Received {
  id: string;
  headers: Record<string, string>;
  body: string;
  /** Whether the receiver has done its work: a repeat is then a duplicate. */
  isProcessed: boolean;
}

export interface Receiver {
  url: string;
  /** All requests that arrived, in their order. */
  received: Received[];
  /** Sends like `fetch`, and tells the receiver how to behave. `onArrived` is called when it holds the request. */
  fetchWith(behaviour: Behaviour, onArrived?: () => void): typeof fetch;
  close(): Promise<void>;
}

/** Starts a real HTTP server that fails in the way that each request asks for. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const arrived = new Map<string, () => void>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void respond(request, response, received, arrived);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const closedPort = await freePort();
  let requests = 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    fetchWith(behaviour, onArrived) {
      const number = String(++requests);
      if (onArrived !== undefined) arrived.set(number, onArrived);
      return async (input, init) => {
        const target =
          behaviour === "refused"
            ? `http://127.0.0.1:${closedPort}/`
            : behaviour === "no TLS"
              ? `https://127.0.0.1:${port}/`
              : (input as string);
        const headers = { ...(init?.headers as Record<string, string>), "x-behaviour": behaviour, "x-request": number };
        return await fetch(target, { ...init, headers });
      };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  received: Received[],
  arrived: ReadonlyMap<string, () => void>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.headers as Record<string, string>;
  const behaviour = (headers["x-behaviour"] ?? "ok") as Behaviour;
  received.push({
    id: headers["webhook-id"] ?? "",
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
    isProcessed: PROCESSES.has(behaviour),
  });
  act(behaviour, request, response);
  arrived.get(headers["x-request"] ?? "")?.();
}

function act(behaviour: Behaviour, { socket }: IncomingMessage, response: ServerResponse): void {
  switch (behaviour) {
    case "ok":
      response.end("ok");
      return;
    case "no content":
      response.writeHead(204).end();
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok": fal\u0000<html>');
      return;
    case "slow body":
      // It never ends.
      response.writeHead(200, { "content-length": "1000000" }).write("a");
      return;
    case "processed and reset":
    case "reset":
    case "refused":
    case "no TLS":
      socket.resetAndDestroy();
      return;
    case "reset in the headers":
      socket.write("HTTP/1.1 200 OK\r\ncontent-le", () => socket.destroy());
      return;
    case "processed and hang":
    case "hang":
      return;
    case "500":
      response.writeHead(500).end("<h1>failed</h1>");
      return;
    case "429":
      response.writeHead(429, { "retry-after": "120" }).end();
      return;
    case "410":
      response.writeHead(410).end();
      return;
    case "redirect":
      response.writeHead(302, { location: "/hook" }).end();
      return;
  }
}

/** Returns a port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
