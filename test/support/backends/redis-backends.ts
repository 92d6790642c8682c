import { createRedis, type Redis } from "../../../src/cache/redis/client.ts";
import { RedisTier, type RedisTierOptions } from "../../../src/cache/redis/tier.ts";
import { startUpstashEndpoint, type UpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { FakeClock } from "../fake-clock.ts";

/** The Redises that every L2 test runs over: the embedded one, and a real one where TEST_REDIS_URL names it. */
export const REDIS_BACKENDS: readonly { name: string; redisUrl?: string }[] = [
  { name: "embedded Redis" },
  ...(process.env["TEST_REDIS_URL"] === undefined ? [] : [{ name: "Redis", redisUrl: process.env["TEST_REDIS_URL"] }]),
];

export interface TestRedis {
  endpoint: UpstashEndpoint;
  client: Redis;
  /** The time by which the embedded Redis expires keys. */
  clock: FakeClock;
  /** Whether `clock` is the Redis' own. */
  hasClock: boolean;
  /** A tier of its own prefix. */
  tier(overrides?: Partial<RedisTierOptions>): RedisTier;
  /** Commands sent since the last call, by name. */
  commands(): Record<string, number>;
}

let prefixes = 0;

export async function startTestRedis(redisUrl: string | undefined, timeoutMs = 5000): Promise<TestRedis> {
  const clock = new FakeClock();
  const endpoint = await startUpstashEndpoint(redisUrl === undefined ? { now: clock.now } : { redisUrl });
  const client = createRedis(endpoint.url, endpoint.token, timeoutMs);
  return {
    endpoint,
    client,
    clock,
    hasClock: redisUrl === undefined,
    tier: (overrides = {}) =>
      new RedisTier({
        redis: client,
        prefix: freshPrefix(),
        ttlMs: 900_000,
        now: clock.now,
        parseDocument: parseCachedDocument,
        ...overrides,
      }),
    commands() {
      const { byCommand } = endpoint.stats();
      endpoint.resetStats();
      return byCommand;
    },
  };
}

/** Tests over one Redis do not see each other's keys. */
export function freshPrefix(): string {
  prefixes += 1;
  return `burgee-test-${process.pid}-${Date.now()}-${prefixes}`;
}
