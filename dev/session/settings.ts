import { isAbsolute, join, relative } from "node:path";
import { DevError } from "./error.ts";

export interface DevSettings {
  /** The checkout. */
  root: string;
  port: number;
  /** Absolute; see `shownDirectory` for messages. */
  directory: string;
  /** Relative to where the command was started when that is shorter. */
  shownDirectory: string;
  /** Real backends to front, when set. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** CACHE_… settings of the worker, passed on. */
  workerVars: Record<string, string>;
}

/** Reads PORT, BURGEE_DIR, DATABASE_URL, REDIS_URL and CACHE_*. Throws a DevError. */
export function readDevSettings(env: Record<string, string | undefined>, root: string, cwd: string): DevSettings {
  const portText = env["PORT"] || "8787";
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65_535) {
    throw new DevError(`PORT is "${portText}", which is no port. Set a number from 1 to 65535: PORT=8788 npm run dev`);
  }
  const given = env["BURGEE_DIR"] || ".burgee";
  const directory = isAbsolute(given) ? given : join(cwd, given);
  const shown = relative(cwd, directory);
  return {
    root,
    port,
    directory,
    shownDirectory: shown === "" || shown.startsWith("..") ? directory : shown,
    databaseUrl: urlSetting(env, "DATABASE_URL", /^postgres(ql)?:\/\/\S+$/, "postgres://user:password@host/database"),
    redisUrl: urlSetting(env, "REDIS_URL", /^rediss?:\/\/\S+$/, "redis://host:6379"),
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
  form: RegExp,
  example: string,
): string | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  if (!form.test(value) || !URL.canParse(value)) {
    throw new DevError(
      `${name} is set, but is no URL like ${example}. Correct it, or unset it to use the embedded one.`,
    );
  }
  return value;
}
