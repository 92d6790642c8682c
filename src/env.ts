import type { PointSink } from "./ops/metrics.ts";
import type { RateLimitBinding } from "./ops/rate-limiter.ts";
import {
  connectionString,
  optionalBinding,
  optionalText,
  secret,
  token,
  trueOrFalse,
  webUrl,
  wholeNumber,
} from "./setting-forms.ts";
import * as v from "valibot";

/** The worker's bindings as Cloudflare passes them: strings, and all optional until they are parsed. */
export type Bindings = Record<string, unknown>;

const rateLimit = optionalBinding<RateLimitBinding>("limit", "a rate limit binding");

const Settings = v.object({
  DATABASE_URL: connectionString,
  /** The URL of Neon's SQL over HTTP, if it is not at the host of the connection string. */
  NEON_HTTP_URL: optionalText(webUrl),
  UPSTASH_REDIS_REST_URL: optionalText(webUrl),
  UPSTASH_REDIS_REST_TOKEN: optionalText(token),
  KEY_SECRET: secret,
  /** The previous secret, which is still accepted while keys are being replaced. */
  KEY_SECRET_PREVIOUS: optionalText(secret),
  CF_ZONE_ID: optionalText(v.pipe(token, v.regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the id of a zone"))),
  CF_PURGE_TOKEN: optionalText(token),
  CF_API_URL: v.optional(webUrl, "https://api.cloudflare.com/client/v4"),
  CACHE_ENABLED: trueOrFalse(true),
  CACHE_PREFIX: v.optional(
    v.pipe(
      v.string("must be text"),
      v.regex(/^[A-Za-z0-9._-]{1,64}$/, "must consist of 1 to 64 letters, digits and . _ -"),
    ),
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

/** Settings whose values must never be shown. URLs belong to them, because they can contain a password or a token. */
const SECRET_SETTINGS = [
  "DATABASE_URL",
  "NEON_HTTP_URL",
  "UPSTASH_REDIS_REST_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "KEY_SECRET",
  "KEY_SECRET_PREVIOUS",
  "CF_PURGE_TOKEN",
  "CF_API_URL",
] as const satisfies (keyof Settings)[];

/** Settings that work only together. */
const PAIRS = [
  ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
  ["CF_ZONE_ID", "CF_PURGE_TOKEN"],
] as const satisfies (keyof Settings)[][];

/** Settings are missing or malformed. The message names each of them, and never a value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Parses the bindings. @throws SettingsError that names every missing or malformed binding */
export function parseSettings(bindings: Bindings): Settings {
  return parsedOf(v.safeParse(Settings, bindings));
}

/** Parses the settings that a command needs, by the same rules. @throws SettingsError */
export function parseSettingsOf<Name extends keyof Settings>(
  names: readonly [Name, ...Name[]],
  variables: Bindings,
): Pick<Settings, Name> {
  const parsed: unknown = parsedOf(v.safeParse(v.pick(Settings, names), variables));
  return parsed as Pick<Settings, Name>;
}

function parsedOf<T>(result: { success: true; output: T } | { success: false; issues: v.BaseIssue<unknown>[] }): T {
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "the settings"} ${detailOf(issue)}`);
  throw new SettingsError(problems.join("; "));
}

function detailOf(issue: v.BaseIssue<unknown>): string {
  const isMissing = issue.input === undefined || issue.input === "";
  return isMissing ? "is missing; docs/production.md describes every setting" : issue.message;
}

/** Returns the secret settings that have a value, by name, so that the log can remove their values. */
export function secretsOf(bindings: Bindings | Settings): Record<string, string> {
  const values = bindings as Bindings;
  return Object.fromEntries(
    SECRET_SETTINGS.flatMap((name) => {
      const value = values[name];
      // The default is not a secret.
      return typeof value === "string" && value !== v.getDefault(Settings.entries[name]) ? [[name, value]] : [];
    }),
  );
}

/** A setting that another one needs. */
export interface MissingSetting {
  setting: string;
  /** The setting that has no effect without it. */
  neededBy: string;
}

/** Returns the missing halves of pairs. The worker starts without them. */
export function missingSettings(settings: Pick<Settings, (typeof PAIRS)[number][number]>): MissingSetting[] {
  return PAIRS.flatMap(([one, other]) => {
    if ((settings[one] === undefined) === (settings[other] === undefined)) return [];
    const [setting, neededBy] = settings[one] === undefined ? [one, other] : [other, one];
    return [{ setting, neededBy }];
  });
}
