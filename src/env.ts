import type { PointSink } from "./ops/metrics.ts";
import type { RateLimitBinding } from "./ops/rate-limiter.ts";
import {
  connectionString,
  type Form,
  optionalBinding,
  optionalText,
  Refused,
  secret,
  textOr,
  textThat,
  token,
  trueOrFalse,
  webUrl,
  wholeNumber,
} from "./setting-forms.ts";

/** The worker's bindings as Cloudflare passes them: strings, and all optional until they are parsed. */
export type Bindings = Record<string, unknown>;

const rateLimit = optionalBinding<RateLimitBinding>("limit", "a rate limit binding");

const CLOUDFLARE_API_URL = "https://api.cloudflare.com/client/v4";

const FORMS = {
  DATABASE_URL: connectionString,
  /** The URL of Neon's SQL over HTTP, if it is not at the host of the connection string. */
  NEON_HTTP_URL: optionalText(webUrl),
  UPSTASH_REDIS_REST_URL: optionalText(webUrl),
  UPSTASH_REDIS_REST_TOKEN: optionalText(token),
  KEY_SECRET: secret,
  /** The previous secret, which is still accepted while keys are being replaced. */
  KEY_SECRET_PREVIOUS: optionalText(secret),
  CF_ZONE_ID: optionalText(textThat((text) => /^[A-Za-z0-9_-]{1,64}$/.test(text), "must be the id of a zone")),
  CF_PURGE_TOKEN: optionalText(token),
  CF_API_URL: textOr(webUrl, CLOUDFLARE_API_URL),
  CACHE_ENABLED: trueOrFalse(true),
  CACHE_PREFIX: textOr(
    textThat((text) => /^[A-Za-z0-9._-]{1,64}$/.test(text), "must consist of 1 to 64 letters, digits and . _ -"),
    "burgee",
  ),
  CACHE_L1_TTL_SECONDS: wholeNumber(300, 0, 3600),
  CACHE_L2_TTL_SECONDS: wholeNumber(900, 0, 86_400),
  CACHE_ABSENT_TTL_SECONDS: wholeNumber(5, 0, 300),
  CACHE_ENDPOINT_TTL_SECONDS: wholeNumber(60, 0, 3600),
  CACHE_ENTRY_SECONDS: wholeNumber(10, 0, 86_400),
  /** The host in the names of data-centre entries, if the worker has several. */
  CACHE_HOST: optionalText(textThat((text) => /^[A-Za-z0-9.-]{1,253}$/.test(text), "must be a host name")),
  CACHE_HEAD_CHECK_MS: wholeNumber(1000, 0, 60_000),
  CACHE_L1_MAX_ENTRIES: wholeNumber(50_000, 1, 1_000_000),
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
  /** Lets webhooks send to localhost, also without TLS. For development. */
  WEBHOOKS_TO_LOCALHOST: trueOrFalse(false),
  /** The shortest and the longest time between two flushes of counted evaluations. 0 switches counting off. */
  USAGE_FLUSH_SECONDS: wholeNumber(10, 0, 3600),
  USAGE_FLUSH_MAX_SECONDS: wholeNumber(600, 1, 3600),
  /** The Analytics Engine data set. */
  ANALYTICS: optionalBinding<PointSink>("writeDataPoint", "an Analytics Engine binding"),
} satisfies Record<string, Form<unknown>>;

/** The settings of the deployment. Names of durations end in their unit. */
export type Settings = { [Name in keyof typeof FORMS]: Exclude<ReturnType<(typeof FORMS)[Name]>, Refused> };

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
  return parseSettingsOf(Object.keys(FORMS) as [keyof Settings, ...(keyof Settings)[]], bindings);
}

/** Parses the settings that a command needs, by the same rules. @throws SettingsError */
export function parseSettingsOf<Name extends keyof Settings>(
  names: readonly [Name, ...Name[]],
  variables: Bindings,
): Pick<Settings, Name> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const name of names) {
    const value = variables[name];
    const setting = FORMS[name](value);
    if (setting instanceof Refused) problems.push(`${name} ${problemWith(value, setting)}`);
    else if (setting !== undefined) settings[name] = setting;
  }
  if (problems.length > 0) throw new SettingsError(problems.join("; "));
  return settings as Pick<Settings, Name>;
}

function problemWith(value: unknown, { rule }: Refused): string {
  const isMissing = value === undefined || value === "";
  return isMissing ? "is missing; docs/production.md describes every setting" : rule;
}

/** Returns the secret settings that have a value, by name, so that the log can remove their values. */
export function secretsOf(bindings: Bindings | Settings): Record<string, string> {
  const values = bindings as Bindings;
  return Object.fromEntries(
    SECRET_SETTINGS.flatMap((name) => {
      const value = values[name];
      const isDefault = name === "CF_API_URL" && value === CLOUDFLARE_API_URL;
      return typeof value === "string" && !isDefault ? [[name, value]] : [];
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
