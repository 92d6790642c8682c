import { type FlagDocument, SCHEMA_VERSION } from "../../flags/document.ts";
import { partsOf, type Reading } from "../../flags/reading.ts";
import { type Change, contiguousEnd, INDEX_FIELD, KEYS_FIELD } from "../../flags/changes.ts";
import type { CacheEntry, CacheStats, FlagCache, SetOptions } from "../flag-cache.ts";
import { type Advance, argumentsOfAdvance } from "./advance.ts";
import { HEAD_FIELD } from "./head-text.ts";
import { type Command, type RedisClients, RedisCommands } from "./commands.ts";
import { isWrongType } from "./refusals.ts";
import { keyOf, olderChangesOf, readVersions, scanKeys } from "./keyspace.ts";
import { argumentsOf, formatDocument, isFlagKey, parseReading } from "./reading-text.ts";
import { SchemaFields } from "./schema-fields.ts";
import { type CacheScripts, loadScripts } from "./load-scripts.ts";

/** A fence must outlive every read that is still under way; `waitUntil` ends those after 30 s. */
const MIN_TTL_MS = 60_000;
/** Each scan covers a thousand keys of the database. */
const MAX_SCANS = 10;

export interface RedisTierOptions extends RedisClients {
  /** The prefix of all Redis keys of this deployment. */
  prefix: string;
  /** The lifetime of an environment's hash, which every write renews. At least a minute. */
  ttlMs: number;
  /** ms since epoch. */
  now: () => number;
  /** Returns `undefined` for anything but a document of the schema version. */
  parseDocument: (json: unknown) => FlagDocument | undefined;
  /** The schema version of the documents. Those of other versions live beside them. Default: the current one. */
  schemaVersion?: number;
  partFlags?: number;
  scripts?: CacheScripts;
}

/**
 * L2, one Redis hash per environment, which all isolates share. Every method sends one command. L2 does not store that
 * a flag does not exist: L1 remembers this cheaply, and no change would name the flag.
 */
export class RedisTier implements FlagCache<FlagDocument> {
  readonly #commands: RedisCommands;
  readonly #options: RedisTierOptions;
  readonly #ttlMs: number;
  readonly #fields: SchemaFields;
  readonly #environments = new Set<string>();
  #hits = 0;
  #misses = 0;

  constructor(options: RedisTierOptions) {
    this.#commands = new RedisCommands(options);
    this.#options = options;
    this.#ttlMs = Math.max(options.ttlMs, MIN_TTL_MS);
    this.#fields = new SchemaFields(options.schemaVersion ?? SCHEMA_VERSION);
  }

  /** The schema version of the documents that this tier stores and returns. */
  get schemaVersion(): number {
    return this.#fields.version;
  }

  /** Reads some entries: flag keys and `@keys`. Returns `undefined` if there is no head. */
  async read(environment: string, names: readonly string[]): Promise<Reading | undefined> {
    const fields = [...this.#fields.headFields, ...names.map((name) => this.#fields.fieldOf(name))];
    const values = await this.#arrayOfHash(["HMGET", this.#key(environment), ...fields]);
    if (values === undefined) return undefined;
    if (values.length !== fields.length) throw this.#commands.unexpectedReply("HMGET");
    const texts = new Map<string, string>();
    for (const [i, field] of fields.entries()) {
      const value = values[i];
      if (typeof value === "string") texts.set(field, value);
    }
    return this.#parse(texts, this.#fields.entriesOf(texts), names.filter(isFlagKey));
  }

  /** Reads the whole hash. Returns `undefined` if there is no head. */
  async readAll(environment: string): Promise<Reading | undefined> {
    const fields = await this.#readFields(environment);
    const entries = this.#fields.entriesOf(fields);
    const [first, ...parts] = partsOf([...entries.keys()].filter(isFlagKey), this.#options.partFlags);
    const reading = this.#parse(fields, entries, first);
    for (const name of [KEYS_FIELD, INDEX_FIELD]) entries.delete(name);
    const rest = parts.values().map((flagKeys) => this.#parse(fields, entries, flagKeys));
    return reading && { ...reading, rest: rest.filter((part) => part !== undefined) };
  }

  /**
   * Reads the head and its changes after `since`, with the fields that these changes name and `isWanted` accepts. Reads
   * no field if the changes do not reach back to `since`, or if `tag` is not that version's. Returns `undefined` if
   * there is no head.
   */
  async readChanges(
    environment: string,
    since: number,
    isWanted: (flagKey: string) => boolean = () => true,
    tag = "",
  ): Promise<Reading | undefined> {
    const args = [...this.#headKeys(environment), String(since), String(this.schemaVersion), tag];
    const [head, ...rest] = await this.#commands.array(["EVAL_RO", (await this.#scripts()).changesSince, "2", ...args]);
    const fields = this.#commands.pairs("EVAL_RO", rest);
    const wanted = [...fields.keys()].filter((field) => isFlagKey(field) && isWanted(field));
    if (typeof head !== "string") return undefined;
    return this.#parse(fields.set(HEAD_FIELD, head), fields, wanted);
  }

  /** Reads flags as a cache operation, for which an environment without a head counts as misses. */
  async lookup(environment: string, keys: readonly string[]): Promise<Reading | undefined> {
    const reading = await this.read(environment, keys);
    if (!reading) this.#misses += keys.length;
    return reading;
  }

  /**
   * Stores entries read at `asOf`, the version with that tag. If the head is behind, moves it there: by the changes if
   * they lead on from it, else by starting over. Returns false, and stores nothing, if the head is ahead of `asOf`, or
   * if the tags tell that it is of another history.
   */
  async fill(
    environment: string,
    asOf: number,
    changes: readonly Change[] | undefined,
    fields: ReadonlyMap<string, string>,
    tag?: string,
  ): Promise<boolean> {
    if (!Number.isSafeInteger(asOf) || asOf < 1) return false;
    const listed = contiguousEnd(changes ?? [], asOf);
    let isTaken = true;
    const own = new Map(Array.from(fields, ([name, text]) => [this.#fields.fieldOf(name), text]));
    for (const pairs of argumentsOf(own)) {
      const reply = await this.#advance(environment, { mode: "fill", version: asOf, changes: listed, tag, pairs });
      if (reply !== "1" && reply !== "0") throw this.#commands.unexpectedReply("EVAL");
      isTaken = reply === "1" && isTaken;
    }
    return isTaken;
  }

  /**
   * Drops the entries that the changes name, and moves the head to the last of them, which has the `tag`. Returns the
   * head afterwards, or a later version if the tags tell that it was of another history. Repeatable, in any order.
   */
  async publish(environment: string, changes: readonly Change[], tag?: string): Promise<number> {
    const version = changes.at(-1)?.[0];
    if (version === undefined) throw new RangeError("publish needs at least one change");
    const listed = contiguousEnd(changes, version);
    const reply = await this.#advance(environment, { mode: "publish", version, changes: listed, tag, pairs: [] });
    const head = typeof reply === "string" ? Number(reply) : Number.NaN;
    // An unexpected reply must not count as a purge, because a change marked published is never published again.
    if (!(head >= version)) throw this.#commands.unexpectedReply("EVAL");
    return head;
  }

  /** Returns the stored text of every flag, whether or not it can be parsed. */
  async texts(environment: string): Promise<Map<string, string>> {
    const entries = this.#fields.entriesOf(await this.#readFields(environment));
    return new Map([...entries].filter(([name]) => isFlagKey(name)));
  }

  /** Returns the flag keys that are stored now. */
  async keys(environment: string): Promise<string[]> {
    const fields = (await this.#arrayOfHash(["HKEYS", this.#key(environment)])) ?? [];
    const names = fields.map((field) => (typeof field === "string" ? this.#fields.nameOf(field) : undefined));
    return names.filter((name): name is string => name !== undefined && isFlagKey(name));
  }

  async get(environment: string, key: string): Promise<CacheEntry<FlagDocument> | undefined> {
    return (await this.getMany(environment, [key])).get(key);
  }

  /** Redis keeps no times per field, so `cachedAt` is the time of reading and `expiresAt` the latest possible. */
  async getMany(environment: string, keys: readonly string[]): Promise<Map<string, CacheEntry<FlagDocument>>> {
    if (keys.length === 0) return new Map();
    const reading = await this.lookup(environment, keys);
    const cachedAt = this.#options.now();
    const entries = new Map<string, CacheEntry<FlagDocument>>();
    for (const [key, value] of reading?.flags ?? []) {
      entries.set(key, { value, asOf: reading?.asOf ?? 0, cachedAt, expiresAt: cachedAt + this.#ttlMs, hitCount: 1 });
    }
    return entries;
  }

  set(environment: string, key: string, value: FlagDocument | null, options: SetOptions): Promise<boolean> {
    return this.setMany(environment, new Map([[key, value]]), options);
  }

  /** Stores nothing if `ttlMs` is 0. Any other `ttlMs` has no effect, because all fields of a hash expire together. */
  setMany(
    environment: string,
    values: ReadonlyMap<string, FlagDocument | null>,
    options: SetOptions,
  ): Promise<boolean> {
    const fields = new Map<string, string>();
    for (const [key, value] of values) {
      if (value !== null && options.ttlMs !== 0) fields.set(key, formatDocument(value, this.schemaVersion));
    }
    return this.fill(environment, options.asOf, undefined, fields);
  }

  invalidate(environment: string, key: string): Promise<void> {
    return this.invalidateMany(environment, [key]);
  }

  async invalidateMany(environment: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    // Delete the bare names too, so that a purge by hand also reaches workers of version 1.
    const fields = new Set(keys.flatMap((key) => [key, this.#fields.fieldOf(key)]));
    try {
      await this.#commands.run(["HDEL", this.#key(environment), ...fields]);
    } catch (error) {
      if (!isWrongType(error)) throw error;
      await this.#clearKey(this.#key(environment));
    }
  }

  /** Removes the entries of one environment or of all. Keeps the heads, which fence off readings that are under way. */
  async clear(environment?: string): Promise<void> {
    if (environment !== undefined) return this.#clearKey(this.#key(environment));
    for await (const key of scanKeys(this.#commands, this.#options.prefix, Infinity)) await this.#clearKey(key);
  }

  /**
   * Returns the versions of all heads, of these environments and of others that a scan finds. That takes two commands
   * if the database holds nothing but this deployment.
   */
  async headVersions(environments: Iterable<string>): Promise<Map<string, number>> {
    const { prefix } = this.#options;
    const keys = new Set(Array.from(environments, (environment) => keyOf(prefix, environment)));
    for await (const key of scanKeys(this.#commands, prefix, MAX_SCANS)) keys.add(key);
    return readVersions(this.#commands, { prefix, script: (await this.#scripts()).heads, keys: [...keys] });
  }

  /** Checks that Redis responds, without touching a key. @throws TierError */
  async ping(): Promise<void> {
    await this.#commands.run(["PING"]);
  }

  /** The counts are this isolate's; size and bytes cover the environments that it has used. */
  async stats(): Promise<CacheStats> {
    let size = 0;
    let bytes = 0;
    for (const environment of this.#environments) {
      const args = [this.#key(environment), String(this.schemaVersion)];
      const measured = await this.#commands.array(["EVAL_RO", (await this.#scripts()).measure, "1", ...args]);
      size += Number(measured[0]);
      bytes += Number(measured[1]);
    }
    return { ...this.counts(), size, bytes };
  }

  /** Returns the part of the stats that needs no command. */
  counts(): Omit<CacheStats, "size" | "bytes"> {
    const lookups = this.#hits + this.#misses;
    const hitRate = lookups === 0 ? 0 : this.#hits / lookups;
    return { hits: this.#hits, misses: this.#misses, errors: this.#commands.errors, evictions: 0, hitRate };
  }

  #key(environment: string): string {
    this.#environments.add(environment);
    return keyOf(this.#options.prefix, environment);
  }

  #headKeys(environment: string): string[] {
    return [this.#key(environment), olderChangesOf(this.#options.prefix, environment)];
  }

  readonly #scripts = async (): Promise<CacheScripts> => this.#options.scripts ?? loadScripts();

  async #readFields(environment: string): Promise<Map<string, string>> {
    const reply = await this.#arrayOfHash(["HGETALL", this.#key(environment)], "bulk");
    return this.#commands.pairs("HGETALL", reply ?? []);
  }

  /** Reads a hash. Returns `undefined` if the Redis key is not a hash, which the next fill replaces. */
  async #arrayOfHash(command: Command, reply?: "bulk"): Promise<unknown[] | undefined> {
    return this.#commands.array(command, reply).catch((error: unknown) => {
      if (isWrongType(error)) return undefined;
      throw error;
    });
  }

  /** Text that does not parse, or is of another schema, is a miss. */
  #parse(
    fields: ReadonlyMap<string, string>,
    entries: ReadonlyMap<string, string>,
    flagKeys: readonly string[],
  ): Reading | undefined {
    const reading = parseReading(fields, entries, flagKeys, this.#options.parseDocument);
    if (!reading) return undefined;
    this.#hits += reading.flags.size;
    this.#misses += flagKeys.length - reading.flags.size;
    return reading;
  }

  async #advance(environment: string, advance: Advance): Promise<unknown> {
    const { schemaVersion } = this;
    const args = argumentsOfAdvance(advance, { ttlMs: this.#ttlMs, schemaVersion, now: this.#options.now() });
    return this.#commands.run(["EVAL", (await this.#scripts()).advance, "2", ...this.#headKeys(environment), ...args]);
  }

  async #clearKey(key: string): Promise<void> {
    await this.#commands.run(["EVAL", (await this.#scripts()).clear, "1", key, String(this.#ttlMs)]);
  }
}
