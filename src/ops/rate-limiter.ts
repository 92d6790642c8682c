import { errorFields, type Log } from "./log.ts";
import { createRateLimit } from "./rate-limit.ts";

/** Bounds how often one caller may do what costs something. */
export interface RateLimiter {
  /** False: one too many. Never rejects. */
  allows(caller: string): Promise<boolean>;
  /** When a refused caller may try again: a whole number of seconds. */
  readonly retryAfterSeconds: number;
}

/** Cloudflare's rate limit binding (wrangler.toml, [[ratelimits]]): one count per caller and data centre. */
export interface RateLimitBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The period of the bindings in wrangler.toml; a binding does not tell its own. */
const BINDING_PERIOD_SECONDS = 10;

export interface RateLimiterOptions {
  /** For the log. */
  name: string;
  binding: RateLimitBinding | undefined;
  /** Of this isolate, all callers together, where there is no binding. 0: no limit. */
  perSecond: number;
  now: () => number;
  log: Log;
}

/** The binding where there is one, else a count of this isolate. */
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
        // A limit that is out of order must not become an outage.
        if (!hasFailed) log.warn("rate_limit_failed", { limit: name, ...errorFields(error) });
        hasFailed = true;
        return true;
      }
    },
  };
}
