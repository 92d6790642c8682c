import ipaddr from "ipaddr.js";
import type { RateLimiter } from "../ops/rate-limiter.ts";
import { HttpError } from "./errors.ts";

/** What callers are held to. */
export interface RateLimits {
  /** Keys that this deployment did not issue, by address. */
  unknownKeys: RateLimiter;
  /** Reads past the caches, by key. */
  noCache: RateLimiter;
  /** Management writes, by token. */
  writes: RateLimiter;
}

/** @throws HttpError 429 */
export async function requireWithin(limiter: RateLimiter, caller: string, what: string): Promise<void> {
  if (await limiter.allows(caller)) return;
  throw new HttpError(429, `too many ${what}`, { headers: { "retry-after": String(limiter.retryAfterSeconds) } });
}

/** Who sends a request, for counting: its address; of IPv6 the /64, which one caller has to himself. */
export function addressOf(headers: Headers): string {
  const address = headers.get("cf-connecting-ip") ?? "";
  if (!address.includes(":") || !ipaddr.isValid(address)) return address;
  return ipaddr.parse(address).toByteArray().slice(0, 8).join(".");
}
