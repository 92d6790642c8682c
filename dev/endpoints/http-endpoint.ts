/** What every local endpoint shares: an HTTP server on 127.0.0.1 with counted requests and injectable faults. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Faults, parseFaults } from "./faults.ts";
import { listen } from "./listener.ts";
import type { UnderWay } from "./under-way.ts";

export interface EndpointRequest {
  method: string;
  /** Path and query as sent. */
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface EndpointAnswer {
  status: number;
  /** Sent as JSON, or as it is when it is a string. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface HttpEndpointOptions {
  /** 0 or absent: any free port. */
  port?: number | undefined;
  handle(request: EndpointRequest): Promise<EndpointAnswer>;
  /** Where every request is counted, also one that a fault swallows; `faulted`: those that one hits. */
  counted(): { requests: number; faulted: number };
  stats(): object;
  resetStats(): void;
  /** Told of every request that was read whole. */
  underWay?: UnderWay;
  /** The answer to a request that `errorRate` hits. */
  injectedError: EndpointAnswer;
  /** Bodies for `wrongType`, besides those that are wrong everywhere. */
  wrongBodies?: readonly unknown[];
  /** Told of each change of `lagMs`; 0: none. Absent: the endpoint has no replica, and refuses that fault. */
  onLag?: (lagMs: number) => void;
}

export interface HttpEndpoint {
  port: number;
  /** Replaces the faults; `{}` heals. Throws a TypeError that says what is wrong with them. */
  setFaults(faults: Faults): void;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const NO_ANSWERS = [{}, [], null, 1, "OK"];
const GARBAGE = "<!doctype html><title>Sign in to this network</title>\u0000{";

/** Listens before it resolves; rejects with the listen error (EADDRINUSE, EACCES). */
export async function startHttpEndpoint(options: HttpEndpointOptions): Promise<HttpEndpoint> {
  let faults: Faults = {};
  const wrongBodies = [...NO_ANSWERS, ...(options.wrongBodies ?? [])];
  let wrongAnswers = 0;

  const setFaults = (input: unknown): void => {
    const next = parseFaults(input);
    if (next.lagMs !== undefined && !options.onLag) throw new TypeError('this endpoint does not know "lagMs"');
    faults = next;
    options.onLag?.(next.lagMs ?? 0);
    if ((next.refuseForMs ?? 0) > 0) listener.refuse(next.refuseForMs ?? 0);
    else listener.accept();
  };

  // /__stats and /__faults: never counted, never faulted.
  const control = async (request: IncomingMessage, path: string): Promise<EndpointAnswer> => {
    if (path === "/__stats" && request.method === "GET") return { status: 200, body: options.stats() };
    if (path === "/__stats/reset" && request.method === "POST") {
      options.resetStats();
      return { status: 200, body: options.stats() };
    }
    if (path === "/__faults" && request.method === "GET") return { status: 200, body: faults };
    if (path === "/__faults" && request.method === "POST") {
      try {
        setFaults(JSON.parse((await readBody(request)) || "{}"));
      } catch (error) {
        return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
      }
      return { status: 200, body: faults };
    }
    return { status: 404, body: { error: "known here: GET /__stats, POST /__stats/reset, GET and POST /__faults" } };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname.startsWith("/__")) return send(response, await control(request, url.pathname));

    const { latencyMs = 0, errorRate = 0, hang, down, garbage, wrongType, truncate, dropAfterApply } = faults;
    const fails = errorRate > 0 && Math.random() < errorRate;
    const isRefused = down === true || listener.isRefusing;
    const counted = options.counted();
    counted.requests++;
    if ([isRefused, hang, fails, garbage, wrongType, truncate, dropAfterApply].includes(true)) counted.faulted++;
    if (isRefused) return void request.socket.destroy();
    const body = await readBody(request);
    if (options.underWay) response.once("close", options.underWay.begin(body));
    if (latencyMs > 0) await delay(latencyMs);
    if (hang) return;
    if (fails) return send(response, options.injectedError);
    if (garbage) return send(response, { status: 200, body: GARBAGE });
    if (wrongType) {
      const body = JSON.stringify(wrongBodies[wrongAnswers++ % wrongBodies.length]);
      return send(response, { status: 200, body, headers: { "content-type": "application/json" } });
    }
    const answer = await options.handle({ method: request.method ?? "GET", url, headers: request.headers, body });
    if (dropAfterApply) return void request.socket.destroy();
    send(response, answer, truncate);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return;
      send(response, { status: 500, body: { error: String(error), message: String(error) } });
    });
  });
  // Clients keep connections alive for longer than Node's 5 s; closing first would look like a fault.
  server.keepAliveTimeout = 120_000;

  const listener = await listen(server, options.port ?? 0);
  return { port: listener.port, setFaults, close: listener.close };
}

/** An endpoint that has a backend of its own to close, and side doors: further ports, which its faults do not hit. */
export interface BackedEndpoint extends HttpEndpoint {
  /** Answers the port. */
  openSideDoor(): Promise<number>;
}

export async function startBackedEndpoint(
  backend: { close(): Promise<void> },
  start: (isAside: boolean) => Promise<HttpEndpoint>,
): Promise<BackedEndpoint> {
  const endpoint = await start(false).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  const doors: HttpEndpoint[] = [];
  return {
    ...endpoint,
    openSideDoor: async () => {
      const door = await start(true);
      doors.push(door);
      return door.port;
    },
    close: async () => {
      for (const one of [endpoint, ...doors]) await one.close();
      await backend.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`request body is over ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `truncate`: half of the body, and the end of the connection. */
function send(response: ServerResponse, answer: EndpointAnswer, truncate = false): void {
  if (response.destroyed) return;
  const isText = typeof answer.body === "string";
  const body = Buffer.from(isText ? (answer.body as string) : JSON.stringify(answer.body));
  response.writeHead(answer.status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json",
    "content-length": body.length,
    ...answer.headers,
  });
  if (truncate) response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
  else response.end(body);
}
