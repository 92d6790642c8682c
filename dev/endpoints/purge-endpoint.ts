/** A local stand-in for Cloudflare's cache purge API. */
import type { Faults } from "./faults.ts";
import { type EndpointAnswer, type EndpointRequest, startHttpEndpoint } from "./http-endpoint.ts";

export interface PurgeCall {
  zone: string;
  tags: string[];
  /** ms since epoch. */
  at: number;
}

export interface PurgeStats {
  /** HTTP requests, also those that a fault swallowed. */
  requests: number;
  /** Of these, hit by a fault. */
  faulted: number;
  /** Accepted purges. */
  purges: number;
  /** Tags in accepted purges. */
  tags: number;
  /** Requests answered with 429. */
  rateLimited: number;
  /** Requests refused for their token, path or body. */
  refused: number;
  /** Purges on their way to a data centre that got lost. */
  lost: number;
}

export interface PurgeEndpoint {
  /** Stands for https://api.cloudflare.com. */
  url: string;
  token: string;
  /** Accepted purges, oldest first. */
  calls(): PurgeCall[];
  /** The next `count` calls get 429 and Retry-After. */
  rateLimitNext(count: number, retryAfterSeconds?: number): void;
  stats(): PurgeStats;
  resetStats(): void;
  setFaults(faults: Faults): void;
  close(): Promise<void>;
}

export interface PurgeEndpointOptions {
  /** Absent: any free port. */
  port?: number;
  token?: string;
  /** Called with the tags of each accepted purge before it is answered. */
  onPurge?: (tags: string[], zone: string) => void | Promise<void>;
  /** Called with the tags of each accepted purge as it reaches that data centre, after the answer. */
  dataCentres?: readonly ((tags: string[]) => void | Promise<void>)[];
  /** Default: purges reach every data centre at once. */
  delivery?: PurgeDelivery;
}

/** How purges travel to the data centres. Each takes a time of its own to each of them, so they overtake each other. */
export interface PurgeDelivery {
  minMs: number;
  maxMs: number;
  /** 0..1: share of purges that never reach a data centre, drawn for each of them. */
  lossRate: number;
  /** Uniform in [0, 1). Default: Math.random. */
  random?: () => number;
}

const MAX_TAGS = 100;

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
  const { token = "burgee-local-purge", onPurge } = options;
  const calls: PurgeCall[] = [];
  let stats = noStats();
  const underWay = new Set<NodeJS.Timeout>();
  let rateLimited = { left: 0, retryAfterSeconds: 1 };

  const refuse = (status: number, code: number, message: string): EndpointAnswer => {
    stats.refused++;
    return { status, body: failure(code, message) };
  };

  const deliver = (purge: () => void | Promise<void>): void => {
    const { minMs, maxMs, lossRate, random = Math.random } = options.delivery ?? { minMs: 0, maxMs: 0, lossRate: 0 };
    const takesMs = minMs + (maxMs - minMs) * random();
    if (random() < lossRate) {
      stats.lost++;
      return;
    }
    const timer = setTimeout(() => {
      underWay.delete(timer);
      // A data centre that is gone has nothing left to purge.
      Promise.resolve()
        .then(purge)
        .catch(() => undefined);
    }, takesMs);
    underWay.add(timer);
  };

  const handle = async ({ method, url, headers, body }: EndpointRequest): Promise<EndpointAnswer> => {
    const zone = /^\/client\/v4\/zones\/([^/]+)\/purge_cache$/.exec(url.pathname)?.[1];
    if (zone === undefined || method !== "POST") return refuse(404, 7003, `Could not route to ${url.pathname}`);
    if (headers.authorization !== `Bearer ${token}`) return refuse(403, 10000, "Authentication error");
    if (rateLimited.left > 0) {
      rateLimited.left--;
      stats.rateLimited++;
      const retryAfter = String(rateLimited.retryAfterSeconds);
      return { status: 429, body: failure(10429, "Rate limit exceeded"), headers: { "retry-after": retryAfter } };
    }
    const tags = parseTags(body);
    if (!tags) return refuse(400, 1012, "Request must contain a non-empty array of strings in `tags`");
    if (tags.length > MAX_TAGS) return refuse(400, 1012, `At most ${MAX_TAGS} tags can be purged in one request`);
    stats.purges++;
    stats.tags += tags.length;
    calls.push({ zone, tags, at: Date.now() });
    await onPurge?.(tags, zone);
    for (const purge of options.dataCentres ?? []) deliver(() => purge(tags));
    return { status: 200, body: { success: true, errors: [], messages: [], result: { id: zone } } };
  };

  const resetStats = (): void => {
    stats = noStats();
    calls.length = 0;
  };

  const endpoint = await startHttpEndpoint({
    port: options.port,
    handle,
    counted: () => stats,
    stats: () => stats,
    resetStats,
    injectedError: { status: 500, body: failure(10000, "injected fault") },
  });

  return {
    url: `http://127.0.0.1:${endpoint.port}`,
    token,
    calls: () => structuredClone(calls),
    rateLimitNext: (count, retryAfterSeconds = 1) => {
      rateLimited = { left: count, retryAfterSeconds };
    },
    stats: () => structuredClone(stats),
    resetStats,
    setFaults: endpoint.setFaults,
    close: () => {
      for (const timer of underWay) clearTimeout(timer);
      return endpoint.close();
    },
  };
}

function failure(code: number, message: string): object {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}

/** The tags when the body has them as Cloudflare takes them. */
function parseTags(body: string): string[] | undefined {
  try {
    const { tags } = JSON.parse(body) as { tags?: unknown };
    const isValid = Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === "string");
    return isValid ? (tags as string[]) : undefined;
  } catch {
    return undefined;
  }
}
