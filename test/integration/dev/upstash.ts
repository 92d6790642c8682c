import { Redis } from "@upstash/redis/cloudflare";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { takeRedisDatabase } from "../../../dev/endpoints/backends.ts";
import { startUpstashEndpoint, type UpstashEndpoint } from "../../../dev/redis/upstash-endpoint.ts";

const { TEST_REDIS_URL } = process.env;
const backends = [{ backend: "the embedded Redis", redisUrl: undefined as string | undefined }];
if (TEST_REDIS_URL !== undefined) backends.push({ backend: "Redis", redisUrl: TEST_REDIS_URL });

/** An endpoint over an empty Redis without faults, and a client for it. Both are replaced before the first test. */
export interface UpstashTest {
  endpoint: UpstashEndpoint;
  redis: Redis;
}

/** Describes the endpoint over the embedded Redis, and over a real one if TEST_REDIS_URL is set. */
export function describeUpstash(title: string, define: (t: UpstashTest) => void): void {
  describe.each(backends)(`${title} over $backend`, ({ redisUrl }) => {
    const t = {} as UpstashTest;
    let taken: { url: string; release(): Promise<void> } | undefined;
    beforeAll(async () => {
      taken = redisUrl === undefined ? undefined : await takeRedisDatabase(redisUrl);
      t.endpoint = await startUpstashEndpoint(taken === undefined ? {} : { redisUrl: taken.url });
      t.redis = new Redis({
        url: t.endpoint.url,
        token: t.endpoint.token,
        retry: { retries: 0 },
        automaticDeserialization: false,
        enableAutoPipelining: false,
        enableTelemetry: false,
        signal: () => AbortSignal.timeout(2_000),
      });
    });
    afterAll(async () => {
      await t.endpoint.close();
      await taken?.release();
    });
    beforeEach(async () => {
      t.endpoint.setFaults({});
      await t.endpoint.command("FLUSHDB");
      t.endpoint.resetStats();
    });
    define(t);
  });
}
