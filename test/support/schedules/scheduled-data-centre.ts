import { formatDocument, parseJson } from "../../../src/cache/redis/reading-text.ts";
import type { EntryCache, EntryName } from "../../../src/delivery/entries/entry-cache.ts";
import { EntryText, type TaggedVersion } from "../../../src/delivery/entries/entry-text.ts";
import { HeldEntry } from "../../../src/delivery/entries/held-entry.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import type { StoredHead } from "../../../src/delivery/entries/entry-store.ts";
import { ENVIRONMENT, type EntrySafeguard } from "./isolate-world.ts";
import type { EnvironmentState, VersionHistory } from "./version-history.ts";
import type { Schedule } from "./schedules.ts";

export interface DataCentreOptions {
  schedule: Schedule;
  /** ms since epoch. */
  now: () => number;
  /** Runs a read as a step. */
  io: <T>(who: string, name: string, apply: () => T) => Promise<T>;
  without?: EntrySafeguard | undefined;
}

interface Stored {
  name: EntryName;
  text: string;
  tags: readonly string[];
  /** ms since epoch. */
  until: number;
}

/** The Cache API of one data centre. Every operation is a step of the schedule. */
export class ScheduledDataCentre {
  readonly #options: DataCentreOptions;
  readonly #entries = new Map<string, Stored>();
  #writes = 0;

  constructor(options: DataCentreOptions) {
    this.#options = options;
  }

  /** A number that grows with every write. */
  get writes(): number {
    return this.#writes;
  }

  /** Everything that it holds, as one text. */
  get contents(): string {
    const now = this.#options.now();
    const held = [...this.#entries].filter(([, { until }]) => now < until);
    const texts = held.map(([key, { text, until }]) => JSON.stringify([key, text, until]));
    return texts.sort((one, other) => (one < other ? -1 : 1)).join();
  }

  /** Returns the cache as an isolate sees it, whose clock shows `now`. */
  cacheOf(who: string, now: () => number): EntryCache {
    const { io, schedule } = this.#options;
    return {
      match: async (name) => {
        const text = await io(who, `matches ${textOf(name)}`, () => this.#match(name, now));
        return text === undefined ? undefined : ({ text: () => Promise.resolve(text) } as Response);
      },
      put: async (name, response) => {
        const text = await response.text();
        const { headers } = response;
        const tags = headers.get("cache-tag")?.split(",") ?? [];
        const seconds = Number(/max-age=(\d+)/.exec(headers.get("cache-control") ?? "")?.[1]);
        const put = () => this.#put(name, text, tags, seconds);
        // The isolate does not learn when a head has arrived, but goes on to the next entry when one has.
        const process = name[0] === "head" ? `${who}'s waitUntil` : who;
        await schedule.io(process, `puts ${textOf(name)}`, put);
      },
    };
  }

  /** Removes the entries that have one of the tags. */
  purge(tags: readonly string[]): void {
    this.#removeIf((stored) => stored.tags.some((tag) => tags.includes(tag)));
  }

  /** Removes all entries of some kinds, as Cloudflare may at any time. */
  evict(kinds: readonly string[]): void {
    this.#removeIf(({ name }) => kinds.includes(name[0]));
  }

  /** Returns a problem if an entry differs from the environment at the entry's version. */
  wrong(store: VersionHistory): string | undefined {
    // A control's names do not say which version an entry has.
    if (this.#options.without !== undefined) return undefined;
    for (const { name, text } of this.#entries.values()) {
      const [kind, , version, tag, schemaVersion] = name;
      if (kind !== "environment") continue;
      const own = EntryText.parse(text, Number(schemaVersion));
      const state = store.tagged(String(tag));
      if (state === undefined || own?.keys === undefined) return `the data centre holds a damaged entry of ${tag}`;
      if (own.top.version !== version || own.top.tag !== tag) return `the data centre holds another entry as ${tag}`;
      const base = this.#baseOf(own);
      const entry = new HeldEntry(own, own.keys, base);
      const isComplete = own.top.base === undefined || base !== undefined;
      if (!isAt(state, entry, isComplete)) return `the data centre holds an old entry of ${tag}`;
    }
    return undefined;
  }

  #baseOf({ top: { base, schemaVersion } }: EntryText): EntryText | undefined {
    const name: EntryName | undefined = base && ["environment", ENVIRONMENT, base.version, base.tag, schemaVersion];
    const stored = name && this.#entries.get(this.#keyOf(name));
    return stored && EntryText.parse(stored.text, schemaVersion);
  }

  #removeIf(test: (stored: Stored) => boolean): void {
    for (const [key, stored] of this.#entries) if (test(stored)) this.#entries.delete(key);
  }

  #keyOf(name: EntryName): string {
    const [kind, environment, version, tag, ...rest] = name;
    const { without } = this.#options;
    if (kind !== "environment") return JSON.stringify(name);
    if (without === "the version in the names of entries") return JSON.stringify([kind, environment, ...rest]);
    if (without === "the tag in the names of entries") return JSON.stringify([kind, environment, version, ...rest]);
    return JSON.stringify([kind, environment, version, tag, ...rest]);
  }

  #put(name: EntryName, text: string, tags: readonly string[], seconds: number): void {
    const until = this.#options.now() + seconds * 1000;
    this.#entries.set(this.#keyOf(name), { name, text, tags, until });
    this.#writes += 1;
  }

  #match(name: EntryName, now: () => number): string | undefined {
    const stored = this.#entries.get(this.#keyOf(name));
    if (stored === undefined || this.#options.now() >= stored.until) return undefined;
    const { without } = this.#options;
    const [kind, , version, tag] = name;
    if (without === undefined || (kind !== "environment" && kind !== "head")) return stored.text;
    if (kind === "environment") return renamed(stored.text, { version: Number(version), tag: String(tag) });
    if (without !== "the time at which a head was confirmed") return stored.text;
    return JSON.stringify({ ...(parseJson(stored.text) as StoredHead), confirmedAt: now() });
  }
}

/** Returns the entry as if it were of another version, because a reader also compares that. */
function renamed(text: string, version: TaggedVersion): string {
  const end = text.indexOf("\n");
  return JSON.stringify({ ...(parseJson(text.slice(0, end)) as object), ...version }) + text.slice(end);
}

/** Whether an entry holds the environment at that state; only some of its flags unless it is complete. */
function isAt({ flags, keys }: EnvironmentState, entry: HeldEntry, isComplete: boolean): boolean {
  const lines = entry.flags();
  const areRight = lines.every(([key, text]) => {
    const document = flags.get(key);
    const { schemaVersion } = parseJson(text) as FlagDocument;
    return document !== undefined && text === formatDocument(document, schemaVersion);
  });
  return areRight && entry.keys["id"]?.hash === keys["id"]?.hash && (!isComplete || lines.length === flags.size);
}

function textOf([kind, , ...rest]: EntryName): string {
  return [kind, ...rest].join(" ");
}
