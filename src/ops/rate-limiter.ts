import { errorFields, type Log } from "./log.ts";
import { createRateLimit } from "./rate-limit.ts";

/** Limits how often one caller may make expensive requests. */
export interface RateLimiter {
  /** Resolves to false if the caller is over the limit. Never rejects. */
  allows(caller: string): Promise<boolean>;
  /** How long a refused caller should wait, in whole seconds. */
  readonly retryAfterSeconds: number;
}

/** Cloudflare's rate limit binding (wrangler.toml, [[ratelimits]]). It counts per caller and data centre. */
export interface RateLimitBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The period set in wrangler.toml, repeated here because a binding does not expose it. */
const BINDING_PERIOD_SECONDS = 10;

export interface RateLimiterOptions {
  /** The limit's name in the log. */
  name: string;
  binding: RateLimitBinding | undefined;
  /** Without a binding, the number of calls that this isolate allows for all callers together; 0 sets no limit. */
  perSecond: number;
  now: () => number;
  log: Log;
}

/** Returns a limiter that uses the binding, or counts within this isolate if there is no binding. */
export function createRateLimiter({ name, binding, perSecond, now, log }: RateLimiterOptions): RateLimiter {
  if (binding === undefined) {
    const isWithin = createRateLimit(perSecond, now);
    return { retryAfterSeconds: 1, allows: async () => isWithin() };
  }
  let hasFailed = false;
  return {
    retryAfterSeconds: BINDING_PERIOD_SECONDS,
    async allows(caller) {
      try {
        return (await binding.limit({ key: caller })).success;
      } catch (error) {
        // A broken limit must not become an outage, so every call is allowed.
        if (!hasFailed) log.warn("rate_limit_failed", { limit: name, ...errorFields(error) });
        hasFailed = true;
        return true;
      }
    },
  };
}
