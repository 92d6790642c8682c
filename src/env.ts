import { InvalidInputError } from "./ops/errors.ts";
import type { PointSink } from "./ops/metrics.ts";
import type { RateLimitBinding } from "./ops/rate-limiter.ts";
import * as v from "valibot";

/** The worker's bindings as Cloudflare passes them: strings, and all optional until they are parsed. */
export type Bindings = Record<string, unknown>;

const wholeNumber = (fallback: number, min: number, max: number) =>
  v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform(Number),
      v.integer(`expected a whole number from ${min} to ${max}`),
      v.minValue(min, `expected a whole number from ${min} to ${max}`),
      v.maxValue(max, `expected a whole number from ${min} to ${max}`),
    ),
    fallback,
  );

const trueOrFalse = (fallback: boolean) =>
  v.optional(
    v.pipe(
      v.union([v.string(), v.boolean()]),
      v.transform((value) => String(value).toLowerCase()),
      v.picklist(["true", "false"], "expected true or false"),
      v.transform((value) => value === "true"),
    ),
    fallback,
  );

const text = (meaning: string) => v.pipe(v.string(`missing: ${meaning}`), v.minLength(1, `missing: ${meaning}`));
const optionalText = v.optional(
  v.pipe(
    v.string(),
    v.transform((value) => (value === "" ? undefined : value)),
  ),
);
const secret = v.pipe(
  text("at least 32 characters, `openssl rand -hex 32`"),
  v.minLength(32, "expected at least 32 characters"),
);

const optionalBinding = <B>(method: keyof B & string, noun: string) =>
  v.optional(v.custom<B>((value) => typeof (value as Partial<B> | null)?.[method] === "function", `expected ${noun}`));
const rateLimit = optionalBinding<RateLimitBinding>("limit", "a rate limit binding");

const Settings = v.object({
  DATABASE_URL: text("the Postgres connection string of Neon"),
  /** The URL of Neon's SQL over HTTP, if it is not at the host of the connection string. */
  NEON_HTTP_URL: optionalText,
  UPSTASH_REDIS_REST_URL: optionalText,
  UPSTASH_REDIS_REST_TOKEN: optionalText,
  KEY_SECRET: secret,
  /** The previous secret, which is still accepted while keys are being replaced. */
  KEY_SECRET_PREVIOUS: optionalText,
  CF_ZONE_ID: optionalText,
  CF_PURGE_TOKEN: optionalText,
  CF_API_URL: v.optional(v.pipe(v.string(), v.url("expected a URL")), "https://api.cloudflare.com/client/v4"),
  CACHE_ENABLED: trueOrFalse(true),
  CACHE_PREFIX: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "expected letters, digits, . _ -")),
    "burgee",
  ),
  CACHE_L1_TTL_SECONDS: wholeNumber(60, 0, 3600),
  CACHE_L2_TTL_SECONDS: wholeNumber(900, 0, 86_400),
  CACHE_ABSENT_TTL_SECONDS: wholeNumber(5, 0, 300),
  CACHE_ENDPOINT_TTL_SECONDS: wholeNumber(60, 0, 3600),
  CACHE_SNAPSHOT_SECONDS: wholeNumber(60, 0, 86_400),
  CACHE_HEAD_CHECK_MS: wholeNumber(1000, 0, 60_000),
  CACHE_L1_MAX_ENTRIES: wholeNumber(20_000, 1, 1_000_000),
  CACHE_L1_MAX_BYTES: wholeNumber(64 * 1024 * 1024, 1024, 100 * 1024 * 1024),
  /**
   * Limits per caller. Without a binding, the number per second and isolate applies, where 0 switches the limit off.
   */
  LIMIT_UNKNOWN_KEYS: rateLimit,
  LIMIT_NO_CACHE: rateLimit,
  LIMIT_WRITES: rateLimit,
  UNKNOWN_KEYS_PER_SECOND: wholeNumber(100, 0, 1_000_000),
  NO_CACHE_PER_SECOND: wholeNumber(10, 0, 1_000_000),
  WRITES_PER_SECOND: wholeNumber(50, 0, 1_000_000),
  UNKNOWN_FLAGS_PER_SECOND: wholeNumber(1000, 0, 1_000_000),
  AHEAD_PER_SECOND: wholeNumber(100, 0, 1_000_000),
  KEY_CHECKS_PER_SECOND: wholeNumber(10, 0, 1000),
  /** Switches on the change streams. */
  STREAMS_ENABLED: trueOrFalse(true),
  STREAMS_MAX: wholeNumber(1000, 0, 20_000),
  /** A stream makes up to three calls per second, and one request may make 10,000 in all. */
  STREAM_LIFETIME_SECONDS: wholeNumber(1800, 10, 3000),
  /** The Analytics Engine data set. */
  ANALYTICS: optionalBinding<PointSink>("writeDataPoint", "an Analytics Engine binding"),
});

/** The settings of the deployment. Names of durations end in their unit. */
export type Settings = v.InferOutput<typeof Settings>;

/** Parses the bindings. @throws InvalidInputError that names every missing or wrong binding, never its value */
export function parseSettings(bindings: Bindings): Settings {
  const result = v.safeParse(Settings, bindings);
  if (result.success) return result.output;
  throw new InvalidInputError(
    result.issues.map((issue) => ({ pointer: `/${v.getDotPath(issue) ?? ""}`, detail: detailOf(issue) })),
  );
}

function detailOf(issue: v.BaseIssue<unknown>): string {
  return issue.input === undefined ? "is missing; docs/production.md describes every setting" : issue.message;
}
