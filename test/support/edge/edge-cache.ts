import { EntryText, type EntryTop } from "../../../src/delivery/entries/entry-text.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import type { EdgeCache } from "../../../src/ops/runtime.ts";

/** The settings of a worker with a purge transport. Nothing listens there: tests remove entries themselves. */
export const ZONE = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "token", CF_API_URL: "http://127.0.0.1:9" };

interface Kept {
  body: string;
  headers: [string, string][];
  expiresAt: number;
}

/** The cache of one data centre, in memory and shared by its isolates. Entries end after their `max-age`. */
export class MapEdgeCache implements EdgeCache {
  matches = 0;
  puts = 0;
  /** If true, every operation fails, as it can in the runtime. */
  isBroken = false;
  /** If true, no read ends. */
  hangs = false;
  readonly #entries = new Map<string, Kept>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly open = async (): Promise<EdgeCache> => this;

  async match(url: string): Promise<Response | undefined> {
    this.matches += 1;
    this.#check();
    if (this.hangs) await new Promise(() => undefined);
    const kept = this.#entries.get(url);
    if (kept === undefined || kept.expiresAt <= this.#now()) return undefined;
    return new Response(kept.body, { headers: kept.headers });
  }

  async put(url: string, response: Response): Promise<void> {
    this.puts += 1;
    this.#check();
    const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1] ?? 0);
    const body = await response.text();
    this.#entries.set(url, { body, headers: [...response.headers], expiresAt: this.#now() + maxAge * 1000 });
  }

  /** Removes the entries with a tag, like a purge by tag. */
  purge(tag: string): void {
    for (const [url, { headers }] of this.#entries) {
      const tags = new Headers(headers).get("cache-tag")?.split(",") ?? [];
      if (tags.includes(tag)) this.#entries.delete(url);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Returns the entries of environments that this data centre holds, without shards, in the order of their storing. */
  environments(): EntryTop[] {
    const tops = [...this.#entries.values()].map(({ body }) => EntryText.parse(body, SCHEMA_VERSION));
    return tops.flatMap((entry) => (entry?.keys === undefined ? [] : [entry.top]));
  }

  /** Removes the entries whose body the test says to remove. */
  evict(isEvicted: (body: string) => boolean): void {
    for (const [url, { body }] of this.#entries) if (isEvicted(body)) this.#entries.delete(url);
  }

  /** Returns the URLs of the responses to GET that this data centre holds. */
  responses(): string[] {
    return [...this.#entries].filter(([, { headers }]) => new Headers(headers).has("etag")).map(([url]) => url);
  }

  bodies(): string[] {
    return [...this.#entries.values()].map(({ body }) => body);
  }

  urls(): string[] {
    return [...this.#entries.keys()];
  }

  /** Changes the bodies of all entries. */
  rewrite(change: (body: string) => string): void {
    for (const kept of this.#entries.values()) kept.body = change(kept.body);
  }

  #check(): void {
    if (this.isBroken) throw new Error("the cache is not available");
  }
}
