import { isAbsolute, join, relative } from "node:path";
import { CONNECTION_STRING, isConnectionString } from "../../src/setting-forms.ts";
import { DevError } from "./error.ts";

/** The folder that is served. */
export interface DevPlaces {
  /** The folder with `wrangler.toml`. */
  root: string;
  /** The project file that an empty database gets. */
  project: string;
}

export interface DevSettings extends DevPlaces {
  port: number;
  /** The absolute path of the data directory. */
  directory: string;
  /** The path for messages, relative to the current directory if that is shorter. */
  shownDirectory: string;
  /** A real Postgres to use instead of the embedded one. */
  databaseUrl: string | undefined;
  /** A real Redis to use instead of the embedded one. */
  redisUrl: string | undefined;
  /** The CACHE_… settings to pass on to the worker. */
  workerVars: Record<string, string>;
}

/** A count of evaluations shows up within seconds. */
export const USAGE_VARS = { USAGE_FLUSH_SECONDS: "5", USAGE_FLUSH_MAX_SECONDS: "5" };

/** Reads PORT, BURGEE_DIR, DATABASE_URL, REDIS_URL and CACHE_*. Throws a DevError. */
export function readDevSettings(env: Record<string, string | undefined>, places: DevPlaces, cwd: string): DevSettings {
  const portText = env["PORT"] || "8787";
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65_535) {
    throw new DevError("PORT is not a port. Set a number from 1 to 65535: PORT=8788 npm run dev");
  }
  const given = env["BURGEE_DIR"] || ".burgee";
  const directory = isAbsolute(given) ? given : join(cwd, given);
  const shown = relative(cwd, directory);
  return {
    ...places,
    port,
    directory,
    shownDirectory: shown === "" || shown.startsWith("..") ? directory : shown,
    databaseUrl: urlSetting(env, "DATABASE_URL", isConnectionString, CONNECTION_STRING),
    redisUrl: urlSetting(env, "REDIS_URL", isRedisUrl, "must be a URL like redis://host:6379"),
    workerVars: Object.fromEntries(
      Object.entries(env).filter(
        (entry): entry is [string, string] => entry[0].startsWith("CACHE_") && entry[1] !== undefined,
      ),
    ),
  };
}

function urlSetting(
  env: Record<string, string | undefined>,
  name: string,
  isForm: (text: string) => boolean,
  rule: string,
): string | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  if (!isForm(value)) {
    throw new DevError(`${name} ${rule}. Correct it, or unset it to use the embedded one.`);
  }
  return value;
}

function isRedisUrl(text: string): boolean {
  return /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text);
}
