import type { Settings } from "../env.ts";
import { parseV6 } from "../flags/formats/ip.ts";
import type { Log } from "../ops/log.ts";
import { createRateLimiter, type RateLimitBinding, type RateLimiter } from "../ops/rate-limiter.ts";
import { HttpError } from "./errors.ts";

/** Limits on what one caller may do. */
export interface RateLimits {
  /** Requests with keys of other deployments, by address. */
  unknownKeys: RateLimiter;
  /** Uncached reads, by SDK key. */
  noCache: RateLimiter;
  /** Management writes, by admin token. */
  writes: RateLimiter;
}

/** Creates the limits with the bindings and numbers of the settings. `now` returns ms since epoch. */
export function createRateLimits(settings: Settings, now: () => number, log: Log): RateLimits {
  const limiter = (name: string, binding: RateLimitBinding | undefined, perSecond: number) =>
    createRateLimiter({ name, binding, perSecond, now, log });
  return {
    unknownKeys: limiter("unknown keys", settings.LIMIT_UNKNOWN_KEYS, settings.UNKNOWN_KEYS_PER_SECOND),
    noCache: limiter("no-cache", settings.LIMIT_NO_CACHE, settings.NO_CACHE_PER_SECOND),
    writes: limiter("writes", settings.LIMIT_WRITES, settings.WRITES_PER_SECOND),
  };
}

/** @throws HttpError 429 saying that there are too many `requests` */
export async function requireWithin(limiter: RateLimiter, caller: string, requests: string): Promise<void> {
  if (await limiter.allows(caller)) return;
  const { retryAfterSeconds } = limiter;
  throw new HttpError(429, `too many ${requests}; retry after ${retryAfterSeconds} s`, {
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}

/** Returns the address by which to count a caller. Of IPv6 it returns the /64, which usually belongs to one caller. */
export function addressOf(headers: Headers): string {
  const address = headers.get("cf-connecting-ip") ?? "";
  return parseV6(address)?.slice(0, 4).join(":") ?? address;
}
