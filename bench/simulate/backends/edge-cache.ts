import type { EdgeCache } from "../../../src/ops/runtime.ts";
import { type Engine, type Lifeline, QUIET } from "../engine/engine.ts";
import { exponential, type Random, uniform } from "../engine/random.ts";

/** The shortest and the longest time that an operation takes (ms). */
const LATENCY_MS = [1, 5] as const;
/** A data centre evicts the entry that was not used for the longest time if it has more than this. */
const MAX_ENTRIES = 32;

interface Entry {
  body: string;
  headers: Headers;
  tags: readonly string[];
  /** ms since epoch. */
  endsAt: number;
}

export interface EdgeCacheOptions {
  engine: Engine;
  random: Random;
  /** The data centre evicts an entry after this time, on average (ms). */
  evictedAfterMs: number;
  /** Returns the kind of the entry with a path, for the counts. */
  kindOf: (path: string) => string;
  /** Called with the result of each look-up: the kind of entry, and whether it was there. */
  onMatch: (kind: string, isHit: boolean) => void;
  onPut: (kind: string) => void;
}

/** The Cache API of one data centre. Its isolates share the entries. */
export class SimulatedEdgeCache {
  readonly #options: EdgeCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: EdgeCacheOptions) {
    this.#options = options;
  }

  /** Opens the cache for one isolate. */
  open(life: Lifeline): () => Promise<EdgeCache> {
    const cache: EdgeCache = {
      match: (url) => this.#match(url, life),
      put: (url, response) => this.#put(url, response),
    };
    return () => Promise.resolve(cache);
  }

  /** Deletes the entries with any of the tags. */
  purge(tags: readonly string[]): void {
    for (const [url, entry] of this.#entries) {
      if (entry.tags.some((tag) => tags.includes(tag))) this.#entries.delete(url);
    }
  }

  /** Looks at the entry at once and responds later, so a purge may overtake the response. */
  #match(url: string, life: Lifeline): Promise<Response | undefined> {
    const { engine, random, kindOf, onMatch } = this.#options;
    const entry = this.#entries.get(url);
    const isHit = entry !== undefined && entry.endsAt > engine.now;
    if (entry !== undefined) this.#entries.delete(url);
    if (isHit) this.#entries.set(url, entry);
    onMatch(kindOf(new URL(url).pathname), isHit);
    return new Promise((resolve) => {
      engine.after(uniform(random, ...LATENCY_MS), () =>
        life.hasEnded ? QUIET : resolve(isHit ? (new KeptResponse(entry) as unknown as Response) : undefined),
      );
    });
  }

  async #put(url: string, response: Response): Promise<void> {
    const { engine, random, evictedAfterMs, kindOf, onPut } = this.#options;
    const headers = new Headers(response.headers);
    const maxAge = Number(/max-age=(\d+)/.exec(headers.get("cache-control") ?? "")?.[1] ?? 0);
    const tags = (headers.get("cache-tag") ?? "").split(",").filter((tag) => tag !== "");
    const body = await response.text();
    onPut(kindOf(new URL(url).pathname));
    await new Promise<void>((resolve) => {
      engine.after(uniform(random, ...LATENCY_MS), () => {
        const lifeMs = Math.min(maxAge * 1000, exponential(random, evictedAfterMs));
        this.#entries.delete(url);
        this.#entries.set(url, { body, headers, tags, endsAt: engine.now + lifeMs });
        const [oldest] = this.#entries.keys();
        if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
        resolve();
      });
    });
  }
}

/**
 * The parts of a Response that readers of the cache use. A real one takes Node so long that it would dominate the
 * simulation, so it is made only if its stream is asked for.
 */
class KeptResponse {
  readonly status = 200;
  readonly ok = true;
  readonly headers: Headers;
  readonly #body: string;
  #response: Response | undefined;

  constructor({ body, headers }: Entry) {
    this.#body = body;
    this.headers = headers;
  }

  get body(): ReadableStream | null {
    this.#response ??= new Response(this.#body);
    return this.#response.body;
  }

  text(): Promise<string> {
    return Promise.resolve(this.#body);
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#body);
  }
}
