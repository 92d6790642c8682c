import { createRedis, type Redis } from "../../../src/cache/redis/client.ts";
import { RedisTier, type RedisTierOptions } from "../../../src/cache/redis/tier.ts";
import { startUpstashEndpoint, type UpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";
import { parseCachedDocument } from "../../../src/flags/cached-document.ts";
import { FakeClock } from "../fake-clock.ts";

/** The backends of every L2 test: the embedded Redis, and the real one that TEST_REDIS_URL names, if any. */
export const REDIS_BACKENDS: readonly { name: string; redisUrl?: string }[] = [
  { name: "embedded Redis" },
  ...(process.env["TEST_REDIS_URL"] === undefined ? [] : [{ name: "Redis", redisUrl: process.env["TEST_REDIS_URL"] }]),
];

export interface TestRedis {
  endpoint: UpstashEndpoint;
  client: Redis;
  /** The clock by which the embedded Redis expires keys. */
  clock: FakeClock;
  /** Whether Redis uses `clock`. A real Redis has its own. */
  hasClock: boolean;
  /** Creates a tier with its own prefix. */
  tier(overrides?: Partial<RedisTierOptions>): RedisTier;
  /** Returns the number of commands since the last call, by name. */
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

/** Returns an unused prefix, so that tests on one Redis do not see each other's Redis keys. */
export function freshPrefix(): string {
  prefixes += 1;
  return `burgee-test-${process.pid}-${Date.now()}-${prefixes}`;
}
