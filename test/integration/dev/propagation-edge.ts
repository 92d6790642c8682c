import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Colo } from "../../support/edge/colo.ts";

interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/**
 * A server in front of two isolates that stand for two data centres. Writes go to the first one. After a PATCH, each
 * connection to the second one gets a few responses with the version before it.
 */
export interface PropagationEdge {
  url: string;
  /** Resolves when a flag has been evaluated. */
  evaluated(): Promise<void>;
  /** From now on, or from the next write on, every evaluation gets the newest response that was seen so far. */
  freeze(when: "now" | "at the next PATCH"): void;
  thaw(): void;
  close(): void;
}

/** Responses of the version before a PATCH, for each connection to the second data centre. */
const LATE_RESPONSES = 3;
const FORWARDED = new Set(["content-type", "x-flags-version", "cache-status", "etag"]);

export async function startPropagationEdge(colos: readonly [Colo, Colo]): Promise<PropagationEdge> {
  const places = new WeakMap<object, 0 | 1>();
  let connections = 0;
  let newest: Reply | undefined;
  let frozen: Reply | undefined;
  let freezesAtPatch = false;
  /** The last PATCH, and how many late responses each connection has had since it was written. */
  let patch: { before: Reply | undefined; isWritten: boolean; late: Map<object, number> } | undefined;
  let onEvaluated: () => void = () => undefined;

  const lateResponse = (connection: object, isAfterWrite: boolean): Reply | undefined => {
    const count = patch?.late.get(connection) ?? 0;
    if (count === LATE_RESPONSES) return undefined;
    if (isAfterWrite) patch?.late.set(connection, count + 1);
    return patch?.before;
  };

  const evaluate = async (request: IncomingMessage): Promise<Reply> => {
    const place = places.get(request.socket) ?? (connections++ % 2 === 0 ? 0 : 1);
    places.set(request.socket, place);
    const isAfterWrite = patch?.isWritten === true;
    const reply = frozen ?? (await forward(colos[place], request));
    if (reply.status === 200) {
      if (versionOf(reply) >= versionOf(newest)) newest = reply;
      onEvaluated();
    }
    const { status, headers, text } =
      frozen ?? (place === 1 ? lateResponse(request.socket, isAfterWrite) : undefined) ?? reply;
    return { status, headers: { ...headers, "cf-ray": `8f2c1d0a9b3e4f5a-${place === 0 ? "AMS" : "FRA"}` }, text };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isPatch = request.method === "PATCH";
    if (isPatch) patch = { before: newest, isWritten: false, late: new Map() };
    if (isPatch && freezesAtPatch) frozen ??= newest;
    const isEvaluation = request.url?.startsWith("/ofrep/") === true;
    const reply = await (isEvaluation ? evaluate(request) : forward(colos[0], request));
    if (isPatch && patch) patch.isWritten = true;
    response.writeHead(reply.status, reply.headers).end(reply.text);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    evaluated: () => new Promise((resolve) => (onEvaluated = resolve)),
    freeze(when) {
      if (when === "now") frozen = newest;
      else freezesAtPatch = true;
    },
    thaw() {
      frozen = undefined;
      freezesAtPatch = false;
      patch = undefined;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function versionOf(reply: Reply | undefined): number {
  return Number(reply?.headers["x-flags-version"] ?? 0);
}

/** Passes a request on to an isolate. */
async function forward(colo: Colo, request: IncomingMessage): Promise<Reply> {
  const body: Buffer[] = [];
  for await (const part of request) body.push(part as Buffer);
  const response = await colo.fetch(request.url ?? "/", {
    method: request.method ?? "GET",
    headers: Object.entries(request.headers).filter(
      (header): header is [string, string] => !["connection", "host", "content-length"].includes(header[0]),
    ),
    ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
  });
  const headers = Object.fromEntries([...response.headers].filter(([name]) => FORWARDED.has(name)));
  return { status: response.status, headers, text: await response.text() };
}
