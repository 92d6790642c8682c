/** The HTTP server that all local endpoints share: it listens on 127.0.0.1, counts requests and injects faults. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Counters, RequestCounts } from "./counters.ts";
import { type Faults, parseFaults } from "./faults.ts";
import { type EndpointRequest, type EndpointResponse, readBody, send } from "./http-body.ts";
import { listen, type Listener } from "./listener.ts";

export interface HttpEndpointOptions<Counts extends RequestCounts> {
  /** The default and 0 choose any free port. */
  port?: number | undefined;
  handle(request: EndpointRequest): Promise<EndpointResponse>;
  counters: Counters<Counts>;
  /** The response to a request that `errorRate` hits. */
  injectedError: EndpointResponse;
  /** Bodies for the fault `wrongType`, in addition to those that are wrong for every endpoint. */
  wrongBodies?: readonly unknown[];
  /** Called with each change of `lagMs`; 0 means that nothing lags. Endpoints without a replica omit it. */
  onLag?: (lagMs: number) => void;
}

export interface HttpEndpoint {
  port: number;
  /** Replaces all faults; `{}` removes them. Throws a TypeError that names the invalid fault. */
  setFaults(faults: Faults): void;
  close(): Promise<void>;
}

const WRONG_EVERYWHERE = [{}, [], null, 1, "OK"];
const GARBAGE = "<!doctype html><title>Sign in to this network</title>\u0000{";
const CONTROL_ROUTES = "GET /__stats, POST /__stats/reset, GET /__faults, POST /__faults";

/** Listens before it resolves; rejects with the listen error (EADDRINUSE, EACCES). */
export async function startHttpEndpoint<Counts extends RequestCounts>(
  options: HttpEndpointOptions<Counts>,
): Promise<HttpEndpoint> {
  const endpoint = new FaultyEndpoint(options);
  const server = createServer((request, response) => {
    endpoint.serve(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return;
      send(response, { status: 500, body: { error: String(error), message: String(error) } });
    });
  });
  // Clients keep connections open for longer than Node's 5 s. If the server closed first, it would look like a fault.
  server.keepAliveTimeout = 120_000;

  const listener = await listen(server, options.port ?? 0);
  endpoint.listener = listener;
  return { port: listener.port, setFaults: (faults) => endpoint.setFaults(faults), close: listener.close };
}

/** Serves requests and injects the faults that are set. */
class FaultyEndpoint<Counts extends RequestCounts> {
  listener: Listener | undefined;
  readonly #options: HttpEndpointOptions<Counts>;
  readonly #wrongBodies: readonly unknown[];
  #faults: Faults = {};
  #wrongBodiesSent = 0;

  constructor(options: HttpEndpointOptions<Counts>) {
    this.#options = options;
    this.#wrongBodies = [...WRONG_EVERYWHERE, ...(options.wrongBodies ?? [])];
  }

  setFaults(input: unknown): void {
    const faults = parseFaults(input);
    const { onLag } = this.#options;
    if (faults.lagMs !== undefined && !onLag) {
      throw new TypeError('this endpoint has no replica and does not support "lagMs"');
    }
    this.#faults = faults;
    onLag?.(faults.lagMs ?? 0);
    if ((faults.refuseForMs ?? 0) > 0) this.listener?.refuse(faults.refuseForMs ?? 0);
    else this.listener?.accept();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname.startsWith("/__")) return send(response, await this.#control(request, url.pathname));

    const {
      latencyMs = 0,
      errorRate = 0,
      hang,
      down,
      garbage,
      wrongType,
      truncate,
      dropAfterApply,
    } = this.#nextFaults();
    const fails = errorRate > 0 && Math.random() < errorRate;
    const isRefused = down === true || this.listener?.isRefusing === true;
    const { counters, handle, injectedError } = this.#options;
    const { counts } = counters;
    counts.requests++;
    if ([isRefused, hang, fails, garbage, wrongType, truncate, dropAfterApply].includes(true)) counts.faulted++;
    if (isRefused) return void request.socket.destroy();
    const body = await readBody(request);
    response.once("close", counters.underWay.begin(body));
    if (latencyMs > 0) await delay(latencyMs);
    if (hang) return;
    if (fails) return send(response, injectedError);
    if (garbage) return send(response, { status: 200, body: GARBAGE });
    if (wrongType) return send(response, this.#wrongResponse());
    const result = await handle({ method: request.method ?? "GET", url, headers: request.headers, body });
    if (dropAfterApply) return void request.socket.destroy();
    send(response, result, { truncate: truncate === true });
  }

  /** The faults that meet the next request. */
  #nextFaults(): Faults {
    const { passFirst = 0, ...faults } = this.#faults;
    if (passFirst === 0) return faults;
    this.#faults = { ...faults, passFirst: passFirst - 1 };
    return {};
  }

  /** Serves /__stats and /__faults, which are neither counted nor hit by faults. */
  async #control(request: IncomingMessage, path: string): Promise<EndpointResponse> {
    const { counters } = this.#options;
    const route = `${request.method} ${path}`;
    if (route === "POST /__stats/reset") counters.reset();
    if (route === "GET /__stats" || route === "POST /__stats/reset") return { status: 200, body: counters.stats() };
    if (route === "POST /__faults") {
      try {
        this.setFaults(JSON.parse((await readBody(request)) || "{}"));
      } catch (error) {
        return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
      }
    }
    if (route === "GET /__faults" || route === "POST /__faults") return { status: 200, body: this.#faults };
    return { status: 404, body: { error: `unknown route ${route}; known: ${CONTROL_ROUTES}` } };
  }

  #wrongResponse(): EndpointResponse {
    const body = JSON.stringify(this.#wrongBodies[this.#wrongBodiesSent++ % this.#wrongBodies.length]);
    return { status: 200, body, headers: { "content-type": "application/json" } };
  }
}
