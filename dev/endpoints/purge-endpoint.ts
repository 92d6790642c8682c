/** A local stand-in for Cloudflare's cache purge API. */
import { Counters, type RequestCounts } from "./counters.ts";
import type { Faults } from "./faults.ts";
import type { EndpointRequest, EndpointResponse } from "./http-body.ts";
import { startHttpEndpoint } from "./http-endpoint.ts";

export interface PurgeCall {
  zone: string;
  tags: string[];
  /** Time of the call, in ms since the epoch. */
  at: number;
}

export interface PurgeStats extends RequestCounts {
  /** Accepted purges. */
  purges: number;
  /** Tags in the accepted purges. */
  tags: number;
  /** Requests refused with 429. */
  rateLimited: number;
  /** Requests refused for their token, path or body. */
  refused: number;
  /** Purges that were lost on their way to a data centre. */
  lost: number;
}

export interface PurgeEndpoint {
  /** The URL to use instead of https://api.cloudflare.com. */
  url: string;
  token: string;
  /** Returns the accepted purges, oldest first. */
  calls(): PurgeCall[];
  /** Refuses the next `count` calls with 429 and Retry-After. */
  rateLimitNext(count: number, retryAfterSeconds?: number): void;
  stats(): PurgeStats;
  resetStats(): void;
  setFaults(faults: Faults): void;
  close(): Promise<void>;
}

export interface PurgeEndpointOptions {
  /** Default: any free port. */
  port?: number;
  token?: string;
  /** Called with the tags of each accepted purge before the response is sent. */
  onPurge?: (tags: string[], zone: string) => void | Promise<void>;
  /** The data centres. Each is called with the tags of a purge when the purge arrives there, after the response. */
  dataCentres?: readonly ((tags: string[]) => void | Promise<void>)[];
  /** Default: purges reach every data centre at once. */
  delivery?: PurgeDelivery;
}

/** How purges travel to the data centres. Each takes a random time to each centre, so they can arrive out of order. */
export interface PurgeDelivery {
  minMs: number;
  maxMs: number;
  /** The share of purges, from 0 to 1, that never reach a data centre. It is drawn for each data centre. */
  lossRate: number;
  /** Returns a uniform random number in [0, 1). Default: Math.random. */
  random?: () => number;
}

const MAX_TAGS = 100;

const IMMEDIATE: PurgeDelivery = { minMs: 0, maxMs: 0, lossRate: 0 };

const noStats = (): PurgeStats => ({
  requests: 0,
  faulted: 0,
  purges: 0,
  tags: 0,
  rateLimited: 0,
  refused: 0,
  lost: 0,
});

export async function startPurgeEndpoint(options: PurgeEndpointOptions = {}): Promise<PurgeEndpoint> {
  const service = new PurgeService(options);
  const endpoint = await startHttpEndpoint({
    port: options.port,
    handle: (request) => service.handle(request),
    counters: service.counters,
    injectedError: { status: 500, body: failure(10000, "injected fault") },
  });
  return {
    url: `http://127.0.0.1:${endpoint.port}`,
    token: service.token,
    calls: () => structuredClone(service.calls),
    rateLimitNext: (left, retryAfterSeconds = 1) => {
      service.rateLimit = { left, retryAfterSeconds };
    },
    stats: () => service.counters.stats(),
    resetStats: () => service.counters.reset(),
    setFaults: endpoint.setFaults,
    close: () => {
      service.close();
      return endpoint.close();
    },
  };
}

/** Accepts purges as Cloudflare does and delivers them to the data centres. */
class PurgeService {
  readonly calls: PurgeCall[] = [];
  readonly counters = new Counters(noStats, () => (this.calls.length = 0));
  readonly token: string;
  rateLimit = { left: 0, retryAfterSeconds: 1 };
  readonly #options: PurgeEndpointOptions;
  readonly #deliveries = new Set<NodeJS.Timeout>();

  constructor(options: PurgeEndpointOptions) {
    this.#options = options;
    this.token = options.token ?? "burgee-local-purge";
  }

  async handle({ method, url, headers, body }: EndpointRequest): Promise<EndpointResponse> {
    const zone = /^\/client\/v4\/zones\/([^/]+)\/purge_cache$/.exec(url.pathname)?.[1];
    if (zone === undefined || method !== "POST") return this.#refuse(404, 7003, `Could not route to ${url.pathname}`);
    if (headers.authorization !== `Bearer ${this.token}`) return this.#refuse(403, 10000, "Authentication error");
    const { counts } = this.counters;
    if (this.rateLimit.left > 0) {
      this.rateLimit.left--;
      counts.rateLimited++;
      const retryAfter = String(this.rateLimit.retryAfterSeconds);
      return { status: 429, body: failure(10429, "Rate limit exceeded"), headers: { "retry-after": retryAfter } };
    }
    const tags = parseTags(body);
    if (!tags) return this.#refuse(400, 1012, "Request must contain a non-empty array of strings in `tags`");
    if (tags.length > MAX_TAGS) return this.#refuse(400, 1012, `At most ${MAX_TAGS} tags can be purged in one request`);
    counts.purges++;
    counts.tags += tags.length;
    this.calls.push({ zone, tags, at: Date.now() });
    await this.#options.onPurge?.(tags, zone);
    for (const purge of this.#options.dataCentres ?? []) this.#deliver(() => purge(tags));
    return { status: 200, body: { success: true, errors: [], messages: [], result: { id: zone } } };
  }

  /** Cancels the purges that have not reached their data centre yet. */
  close(): void {
    for (const timer of this.#deliveries) clearTimeout(timer);
  }

  #refuse(status: number, code: number, message: string): EndpointResponse {
    this.counters.counts.refused++;
    return { status, body: failure(code, message) };
  }

  #deliver(purge: () => void | Promise<void>): void {
    const { minMs, maxMs, lossRate, random = Math.random } = this.#options.delivery ?? IMMEDIATE;
    const takesMs = minMs + (maxMs - minMs) * random();
    if (random() < lossRate) {
      this.counters.counts.lost++;
      return;
    }
    const timer = setTimeout(() => {
      this.#deliveries.delete(timer);
      // A data centre that has shut down has nothing left to purge.
      Promise.resolve()
        .then(purge)
        .catch(() => undefined);
    }, takesMs);
    this.#deliveries.add(timer);
  }
}

function failure(code: number, message: string): object {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}

/** Returns the tags, or `undefined` if Cloudflare would reject the body. */
function parseTags(body: string): string[] | undefined {
  try {
    const { tags } = JSON.parse(body) as { tags?: unknown };
    const isValid = Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === "string");
    return isValid ? (tags as string[]) : undefined;
  } catch {
    return undefined;
  }
}
