/** Starts both local endpoints with a migrated database inside this process, for integration tests and benchmarks. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { Client } from "pg";
import { applyMigrations } from "../postgres/migrate.ts";
import type { DatabaseBackend } from "../postgres/neon-backends.ts";
import { type NeonEndpoint, startNeonEndpoint } from "../postgres/neon-endpoint.ts";
import { startUpstashEndpoint, type UpstashEndpoint } from "../redis/upstash-endpoint.ts";

export interface Backends {
  neon: NeonEndpoint;
  upstash: UpstashEndpoint;
  /** Bindings that make the worker use these backends. The caller adds KEY_SECRET. */
  bindings: Record<"DATABASE_URL" | "NEON_HTTP_URL" | "UPSTASH_REDIS_REST_URL" | "UPSTASH_REDIS_REST_TOKEN", string>;
  /** Also drops the Postgres database and empties the Redis database if this call took them on a real server. */
  close(): Promise<void>;
}

export interface BackendsOptions {
  /** A Postgres server to create a database on. Default: TEST_DATABASE_URL, otherwise PGlite in memory. */
  databaseUrl?: string | undefined;
  /** An embedded database that is open already; `close` closes it. Ignored with `databaseUrl`. */
  database?: DatabaseBackend | undefined;
  /** A Redis server to take a database on. Default: TEST_REDIS_URL, otherwise the embedded Redis. */
  redisUrl?: string | undefined;
  /** Default: true. `false` leaves the database empty. */
  migrate?: boolean;
  /** Clock for expiry in the embedded Redis, in ms since the epoch. */
  now?: () => number;
}

export async function startBackends(options: BackendsOptions = {}): Promise<Backends> {
  const { databaseUrl = process.env["TEST_DATABASE_URL"], redisUrl = process.env["TEST_REDIS_URL"], now } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const database = databaseUrl ? await createDatabase(databaseUrl) : undefined;
    if (database) closers.push(database.drop);
    const neon = await startNeonEndpoint(database ? { databaseUrl: database.url } : { database: options.database });
    closers.push(neon.close);
    const redis = redisUrl ? await takeRedisDatabase(redisUrl) : undefined;
    if (redis) closers.push(redis.release);
    const upstash = await startUpstashEndpoint({ ...(redis && { redisUrl: redis.url }), ...(now && { now }) });
    closers.push(upstash.close);
    if (options.migrate !== false) await applyMigrations(neon);
    const bindings = {
      DATABASE_URL: neon.connectionString,
      NEON_HTTP_URL: neon.url,
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: upstash.token,
    };
    return { neon, upstash, bindings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates a database on a real server. */
async function createDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `burgee_${randomUUID().replaceAll("-", "")}`;
  const onServer = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await onServer(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

/** Takes one of the Redis databases 1 to 15. Locks in database 0 assign them and expire after an hour. */
export async function takeRedisDatabase(serverUrl: string): Promise<{ url: string; release(): Promise<void> }> {
  const urlOf = (number: number): string => {
    const url = new URL(serverUrl);
    url.pathname = `/${number}`;
    return url.href;
  };
  for (let number = 1; number <= 15; number++) {
    const lock = `burgee:test-database:${number}`;
    const taken = await onRedis(urlOf(0), (redis) => redis.set(lock, "taken", "EX", 3600, "NX"));
    if (taken === null) continue;
    const flush = () => onRedis(urlOf(number), (redis) => redis.flushdb());
    await flush();
    const release = async (): Promise<void> => {
      await flush();
      await onRedis(urlOf(0), (redis) => redis.del(lock));
    };
    return { url: urlOf(number), release };
  }
  throw new Error(
    `Redis databases 1 to 15 of ${new URL(serverUrl).host} are taken. If no tests are running, delete the keys burgee:test-database:* in database 0.`,
  );
}

async function onRedis<Result>(url: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on("error", () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
