import type { FlagDocument } from "../../flags/document.ts";
import type { Reading } from "../../flags/reading.ts";
import { type Change, contiguousEnd } from "../../flags/changes.ts";
import type { CacheEntry, CacheStats, FlagCache, SetOptions } from "../flag-cache.ts";
import { formatFields, HEAD_FIELD } from "./head-text.ts";
import type { Redis } from "./client.ts";
import { RedisCommands } from "./commands.ts";
import { keyOf, readVersions, scanKeys } from "./keyspace.ts";
import { argumentsOf, isFlagKey, parseReading } from "./reading-text.ts";
import { type CacheScripts, SCRIPTS } from "./scripts.ts";

/** A fence must outlive every read that may still be under way, whose end `waitUntil` bounds at 30 s. */
const MIN_TTL_MS = 60_000;
/** A thousand keys of the database each. */
const MAX_SCANS = 10;

export interface RedisTierOptions {
  redis: Redis;
  /** The same, with a longer bound: for whole environments and large fills. Default: `redis`. */
  bulkRedis?: Redis;
  /** Of every key of this deployment. */
  prefix: string;
  /** Of an environment's hash, renewed by every write. At least a minute. */
  ttlMs: number;
  /** ms since epoch. */
  now: () => number;
  /** Undefined for anything but a document of the current schema. */
  parseDocument: (json: unknown) => FlagDocument | undefined;
  scripts?: CacheScripts;
}

/**
 * L2: one Redis hash per environment, shared by the world. Every method is one command. A known-absent flag is not
 * stored: that is cheap to keep in L1, and nothing would name it in a change.
 */
export class RedisTier implements FlagCache<FlagDocument> {
  readonly #commands: RedisCommands;
  readonly #options: RedisTierOptions;
  readonly #scripts: CacheScripts;
  readonly #ttlMs: number;
  readonly #environments = new Set<string>();
  #hits = 0;
  #misses = 0;

  constructor(options: RedisTierOptions) {
    this.#commands = new RedisCommands(options.redis, options.bulkRedis ?? options.redis);
    this.#options = options;
    this.#scripts = options.scripts ?? SCRIPTS;
    this.#ttlMs = Math.max(options.ttlMs, MIN_TTL_MS);
  }

  /** Reads some fields: flag keys and `@keys`. `undefined` if there is no head. */
  async read(environment: string, fields: readonly string[]): Promise<Reading | undefined> {
    const values = await this.#commands.array(["HMGET", this.#key(environment), HEAD_FIELD, ...fields]);
    if (values.length !== fields.length + 1) throw this.#commands.nonsense("HMGET");
    const texts = new Map<string, string>();
    for (const [i, field] of fields.entries()) {
      const value = values[i + 1];
      if (typeof value === "string") texts.set(field, value);
    }
    return this.#parse(values[0], texts, fields.filter(isFlagKey));
  }

  /** Reads the whole hash. `undefined` if there is no head. */
  async readAll(environment: string): Promise<Reading | undefined> {
    const fields = await this.#readFields(environment);
    return this.#parse(fields.get(HEAD_FIELD), fields, [...fields.keys()].filter(isFlagKey));
  }

  /**
   * Reads the head, its changes after `since`, and those of the fields named by the changes that `isWanted`; only the
   * head and its changes if they do not reach back to `since`. `undefined` if there is no head.
   */
  async readChanges(
    environment: string,
    since: number,
    isWanted: (flagKey: string) => boolean = () => true,
  ): Promise<Reading | undefined> {
    const command = ["EVAL_RO", this.#scripts.changesSince, "1", this.#key(environment), String(since)] as const;
    const [head, ...rest] = await this.#commands.array([...command]);
    const fields = this.#commands.pairs("EVAL_RO", rest);
    return this.#parse(
      head,
      fields,
      [...fields.keys()].filter((field) => isFlagKey(field) && isWanted(field)),
    );
  }

  /** Reads flags as a cache operation, for which an environment without a head counts as misses. */
  async lookup(environment: string, keys: readonly string[]): Promise<Reading | undefined> {
    const reading = await this.read(environment, keys);
    if (!reading) this.#misses += keys.length;
    return reading;
  }

  /**
   * Stores fields read at `asOf`, and moves the head there if it is behind: by the changes when they reach back to it,
   * else from scratch. False: refused, the head is ahead of `asOf`.
   */
  async fill(
    environment: string,
    asOf: number,
    changes: readonly Change[] | undefined,
    fields: ReadonlyMap<string, string>,
  ): Promise<boolean> {
    if (!Number.isSafeInteger(asOf) || asOf < 1) return false;
    const listed = contiguousEnd(changes ?? [], asOf);
    let isTaken = true;
    for (const part of argumentsOf(fields)) {
      const answer = await this.#advance(environment, "fill", asOf, listed, part);
      if (answer !== "1" && answer !== "0") throw this.#commands.nonsense("EVAL");
      isTaken = answer === "1" && isTaken;
    }
    return isTaken;
  }

  /** Drops what the changes name and moves the head to the last of them. Answers the head afterwards. Repeatable, in any order. */
  async publish(environment: string, changes: readonly Change[]): Promise<number> {
    const version = changes.at(-1)?.[0];
    if (version === undefined) throw new RangeError("publish needs at least one change");
    const answer = await this.#advance(environment, "publish", version, contiguousEnd(changes, version), []);
    const head = typeof answer === "string" ? Number(answer) : Number.NaN;
    // Whatever else it may mean, it is no purge: a change that passes for published is not published again.
    if (!(head >= version)) throw this.#commands.nonsense("EVAL");
    return head;
  }

  /** Returns the stored text of every flag, whether or not it can be parsed. */
  async texts(environment: string): Promise<Map<string, string>> {
    const fields = await this.#readFields(environment);
    return new Map([...fields].filter(([field]) => isFlagKey(field)));
  }

  /** The flag keys that are stored now. */
  async keys(environment: string): Promise<string[]> {
    const fields = await this.#commands.array(["HKEYS", this.#key(environment)]);
    return fields.filter((field): field is string => typeof field === "string" && isFlagKey(field));
  }

  async get(environment: string, key: string): Promise<CacheEntry<FlagDocument> | undefined> {
    return (await this.getMany(environment, [key])).get(key);
  }

  /** The store keeps no times per field: `cachedAt` is the time of reading and `expiresAt` the latest possible. */
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

  /** `ttlMs` of the options counts only when it is 0 (nothing is kept): the fields of a hash live and die together. */
  setMany(
    environment: string,
    values: ReadonlyMap<string, FlagDocument | null>,
    options: SetOptions,
  ): Promise<boolean> {
    const fields = new Map<string, string>();
    for (const [key, value] of values) {
      if (value !== null && options.ttlMs !== 0) fields.set(key, JSON.stringify(value));
    }
    return this.fill(environment, options.asOf, undefined, fields);
  }

  invalidate(environment: string, key: string): Promise<void> {
    return this.invalidateMany(environment, [key]);
  }

  async invalidateMany(environment: string, keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#commands.run(["HDEL", this.#key(environment), ...keys]);
  }

  /** Heads stay, as the fence against what is being read right now. */
  async clear(environment?: string): Promise<void> {
    if (environment !== undefined) return this.#clearKey(this.#key(environment));
    for await (const key of scanKeys(this.#commands, this.#options.prefix, Infinity)) await this.#clearKey(key);
  }

  /**
   * Versions of the heads that are there, of these environments and of others that are found: two commands in a database
   * of this deployment's own.
   */
  async headVersions(environments: Iterable<string>): Promise<Map<string, number>> {
    const { prefix } = this.#options;
    const keys = new Set(Array.from(environments, (environment) => keyOf(prefix, environment)));
    for await (const key of scanKeys(this.#commands, prefix, MAX_SCANS)) keys.add(key);
    return readVersions(this.#commands, { prefix, script: this.#scripts.heads, keys: [...keys] });
  }

  /** Whether Redis answers, without touching a key. @throws TierError */
  async ping(): Promise<void> {
    await this.#commands.run(["PING"]);
  }

  /** Counts are this isolate's; size and bytes are of the environments that it has used. */
  async stats(): Promise<CacheStats> {
    let size = 0;
    let bytes = 0;
    for (const environment of this.#environments) {
      const measured = await this.#commands.array(["EVAL_RO", this.#scripts.measure, "1", this.#key(environment)]);
      size += Number(measured[0]);
      bytes += Number(measured[1]);
    }
    return { ...this.counts(), size, bytes };
  }

  /** The part of the stats that needs no command. */
  counts(): Omit<CacheStats, "size" | "bytes"> {
    const asked = this.#hits + this.#misses;
    const hitRate = asked === 0 ? 0 : this.#hits / asked;
    return { hits: this.#hits, misses: this.#misses, errors: this.#commands.errors, evictions: 0, hitRate };
  }

  #key(environment: string): string {
    this.#environments.add(environment);
    return keyOf(this.#options.prefix, environment);
  }

  async #readFields(environment: string): Promise<Map<string, string>> {
    const reply = await this.#commands.array(["HGETALL", this.#key(environment)], "bulk");
    return this.#commands.pairs("HGETALL", reply);
  }

  /** Text that does not parse, or is of another schema, is a miss. */
  #parse(head: unknown, fields: ReadonlyMap<string, string>, flagKeys: readonly string[]): Reading | undefined {
    const reading = parseReading(head, fields, flagKeys, this.#options.parseDocument);
    if (!reading) return undefined;
    this.#hits += reading.flags.size;
    this.#misses += flagKeys.length - reading.flags.size;
    return reading;
  }

  #advance(
    environment: string,
    mode: "publish" | "fill",
    version: number,
    changes: readonly Change[],
    pairs: readonly string[],
  ): Promise<unknown> {
    const listed = changes.flatMap((change) => [String(change[0]), formatFields(change)]);
    const counts = [String(version), String(this.#ttlMs), String(changes.length)];
    return this.#commands.run([
      "EVAL",
      this.#scripts.advance,
      "1",
      this.#key(environment),
      mode,
      ...counts,
      ...listed,
      ...pairs,
    ]);
  }

  async #clearKey(key: string): Promise<void> {
    await this.#commands.run(["EVAL", this.#scripts.clear, "1", key, String(this.#ttlMs)]);
  }
}
