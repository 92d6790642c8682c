import { sha256Hex } from "../../ops/token.ts";
import type { PurgeTargets } from "../../store/outbox.ts";

interface TargetSettings {
  CACHE_PREFIX: string;
  UPSTASH_REDIS_REST_URL?: string | undefined;
  CF_ZONE_ID?: string | undefined;
}

/**
 * Names the targets that the worker purges. Workers with the same Redis or zone, and the same prefix, share a target.
 * The URL of Redis is hashed, because it may contain a password.
 */
export async function targetIdsOf(
  settings: TargetSettings,
  { hasRedis, hasEdge }: { hasRedis: boolean; hasEdge: boolean },
): Promise<PurgeTargets> {
  const { CACHE_PREFIX: prefix, UPSTASH_REDIS_REST_URL: url, CF_ZONE_ID: zoneId } = settings;
  return {
    ...(hasRedis && url !== undefined && { redis: `redis:${await shortHash(url.replace(/\/+$/, ""))}:${prefix}` }),
    ...(hasEdge && zoneId !== undefined && { edge: `zone:${zoneId}:${prefix}` }),
  };
}

async function shortHash(text: string): Promise<string> {
  return (await sha256Hex(text)).slice(0, 16);
}
