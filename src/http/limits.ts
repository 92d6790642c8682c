import ipaddr from "ipaddr.js";
import type { RateLimiter } from "../ops/rate-limiter.ts";
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
  if (!address.includes(":") || !ipaddr.isValid(address)) return address;
  return ipaddr.parse(address).toByteArray().slice(0, 8).join(".");
}
