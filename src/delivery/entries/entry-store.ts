import { parseJson } from "../../cache/redis/reading-text.ts";
import type { Head } from "../../flags/changes.ts";
import { environmentTag, headTag } from "../publish/purge-targets.ts";
import type { EntryCache, EntryName } from "./entry-cache.ts";
import { EntryText, isSame, isTagged, type TaggedVersion, type Taken } from "./entry-text.ts";
import { HeldEntry } from "./held-entry.ts";

/** An entry that nobody renews is kept for this long (seconds). */
const LIFETIME_SECONDS = 30 * 24 * 3600;
/** A request reads at most this many shards at the same time, because the runtime opens six connections. */
const PARALLEL = 6;

/** A head, and when a tier confirmed it (ms since epoch, by the clock of the isolate that asked). */
export interface StoredHead extends Head {
  confirmedAt: number;
}

/** The newest version that a data centre has stored, for outages and for the isolate that stores the next one. */
export interface Newest extends Taken {
  /** The last version that was stored whole. */
  whole: TaggedVersion;
}

/** The entries that a data centre keeps of environments. One that is damaged or of another schema counts as missing. */
export class EntryStore {
  readonly #cache: EntryCache;
  readonly #prefix: string;
  /** The schema version of the documents in the entries. */
  readonly schemaVersion: number;

  constructor(cache: EntryCache, prefix: string, schemaVersion: number) {
    this.#cache = cache;
    this.#prefix = prefix;
    this.schemaVersion = schemaVersion;
  }

  async head(environment: string): Promise<StoredHead | undefined> {
    const text = await this.#text(["head", environment]);
    const head = text === undefined ? undefined : parseJson(text);
    return isHead(head) ? head : undefined;
  }

  /** Stores the head, which a purge by tag removes. */
  async putHead(environment: string, head: StoredHead, ttlSeconds: number): Promise<void> {
    const response = new Response(JSON.stringify(head), {
      headers: {
        "content-type": "application/json",
        "cache-control": `public, max-age=${ttlSeconds}`,
        "cache-tag": `${headTag(this.#prefix, environment)},${environmentTag(this.#prefix, environment)}`,
      },
    });
    await this.#cache.put(["head", environment], response);
  }

  async newest(environment: string): Promise<Newest | undefined> {
    const text = await this.#text(["newest", environment, this.schemaVersion]);
    const newest = text === undefined ? undefined : parseJson(text);
    return isNewest(newest) ? newest : undefined;
  }

  async putNewest(environment: string, newest: Newest): Promise<void> {
    await this.#put(["newest", environment, this.schemaVersion], JSON.stringify(newest));
  }

  /**
   * Claims the next whole entry of an environment for this isolate, for a while. The claim is `lost` if another isolate
   * has it, or if the runtime keeps nothing, as on workers.dev.
   */
  async claimWhole(environment: string, ttlSeconds: number): Promise<"won" | "lost"> {
    const name: EntryName = ["claim", environment, this.schemaVersion];
    if ((await this.#text(name)) !== undefined) return "lost";
    await this.#put(name, "claimed", ttlSeconds);
    return (await this.#text(name)) === undefined ? "lost" : "won";
  }

  /** Returns the environment at that version, without its shards. */
  async environment(environment: string, { version, tag }: TaggedVersion): Promise<HeldEntry | undefined> {
    const own = await this.#entry(environment, version, tag);
    if (own?.keys === undefined) return undefined;
    const { base } = own.top;
    const whole = base && (await this.#entry(environment, base.version, base.tag));
    if (base !== undefined && (whole === undefined || whole.top.base !== undefined)) return undefined;
    return new HeldEntry(own, own.keys, whole);
  }

  /** Reads the shards that a look-up of these flags needs. Returns whether all of them are there. */
  async addShards(environment: string, entry: HeldEntry, flagKeys: readonly string[] | "all"): Promise<boolean> {
    const { version, tag } = entry.whole;
    const missing = entry.missingShards(flagKeys);
    for (let i = 0; i < missing.length; i += PARALLEL) {
      const numbers = missing.slice(i, i + PARALLEL);
      const shards = await Promise.all(numbers.map((number) => this.#entry(environment, version, tag, number)));
      for (const [j, shard] of shards.entries()) {
        if (shard === undefined || !entry.addShard(numbers[j] ?? 0, shard)) return false;
      }
    }
    return true;
  }

  async putEntry(environment: string, { version, tag }: TaggedVersion, text: string, shard?: number): Promise<void> {
    await this.#put(this.#name(environment, version, tag, shard), text);
  }

  async #entry(environment: string, version: number, tag: string, shard?: number): Promise<EntryText | undefined> {
    const text = await this.#text(this.#name(environment, version, tag, shard));
    const entry = text === undefined ? undefined : EntryText.parse(text, this.schemaVersion);
    return entry !== undefined && isSame(entry.top, { version, tag }) ? entry : undefined;
  }

  #name(environment: string, version: number, tag: string, shard?: number): EntryName {
    return ["environment", environment, version, tag, this.schemaVersion, ...(shard === undefined ? [] : [shard])];
  }

  async #text(name: EntryName): Promise<string | undefined> {
    return (await this.#cache.match(name))?.text();
  }

  async #put(name: EntryName, text: string, ttlSeconds = LIFETIME_SECONDS): Promise<void> {
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": `public, max-age=${ttlSeconds}`,
    };
    await this.#cache.put(name, new Response(text, { headers }));
  }
}

function isHead(value: unknown): value is StoredHead {
  if (typeof value !== "object" || value === null) return false;
  const { version, changes, confirmedAt } = value as Partial<StoredHead>;
  return Number.isSafeInteger(version) && Array.isArray(changes) && Number.isFinite(confirmedAt);
}

function isNewest(value: unknown): value is Newest {
  if (typeof value !== "object" || value === null) return false;
  const { takenAt, whole } = value as Partial<Newest>;
  return isTagged(value) && Number.isFinite(takenAt) && isTagged(whole);
}
