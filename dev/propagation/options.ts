/** What `npm run watch:propagation` is asked to do: read from arguments, environment and dev.json; nothing is sent here. */
import { parseArgs } from "node:util";
import { UsageError } from "../../cli/exit.ts";
import { ENVIRONMENT_PATTERN, KEY_PATTERN } from "../../src/flags/limits.ts";
import type { DevFile } from "../session/files.ts";

export const USAGE = `usage: BURGEE_ADMIN_TOKEN=… BURGEE_KEY=… npm run watch:propagation -- --url https://flags.example.com
  Changes a flag of its own and asks for it all the while, to see how long a change takes to arrive.

  BURGEE_ADMIN_TOKEN  admin token of role write    } without them, and with the --url of npm run dev or none,
  BURGEE_KEY          client or server key         } those of .burgee/dev.json

  --url          where the deployment answers
  --environment  where the flag is changed: that of BURGEE_KEY (dev.json: the first that is not "production")
  --yes          also in an environment named production
  --flag         key of the flag (burgee-propagation-probe); made when there is none, never one of your own
  --keep         leave the flag there at the end
  --changes      how many, 1 to 1000 (20)
  --interval     ms from one change to the next, 200 to 60000 (2500)
  --timeout      ms after which a change that has not arrived is given up, 1000 to 120000 (30000)
  --samplers     who ask at the same time, each over a connection of its own, 1 to 50 (4)
  --pause        ms between an answer and the next question of a sampler, 5 to 10000 (50)
  --json         the report as JSON
  --help         this text

  ends with 0: every change arrived; 1: the deployment refused; 2: the command cannot be carried out as it is;
  3: a change did not arrive, or an answer was not that of its version; 5: no answer`;

/** Requests of one run: they are paid for by whoever runs the deployment, and held in memory here. */
export const MAX_QUESTIONS = 500_000;

const DEFAULT_FLAG = "burgee-propagation-probe";

export interface WatchOptions {
  /** Origin of the deployment. */
  url: string;
  adminToken: string;
  /** Client or server key of `environment`. */
  sdkKey: string;
  environment: string;
  flag: string;
  changes: number;
  /** ms */
  intervalMs: number;
  timeoutMs: number;
  samplers: number;
  pauseMs: number;
  isKept: boolean;
  isJson: boolean;
}

interface Surroundings {
  env: Record<string, string | undefined>;
  /** What npm run dev wrote; undefined: nothing. */
  devFile: DevFile | undefined;
}

/** Undefined: only help is asked for. @throws UsageError naming what is wrong and what is accepted, never a secret */
export function parseWatchOptions(args: readonly string[], { env, devFile }: Surroundings): WatchOptions | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  const url = originOf(values.url ?? devFile?.url);
  // The keys of a local project are for that project: they are not sent anywhere else.
  const local = devFile !== undefined && originOf(devFile.url) === url ? devFile : undefined;
  const adminToken = env["BURGEE_ADMIN_TOKEN"] ?? local?.adminToken;
  if (!adminToken) throw new UsageError("BURGEE_ADMIN_TOKEN is not set; it takes an admin token of role write");
  if (kindOf(adminToken) !== "a") throw new UsageError("BURGEE_ADMIN_TOKEN is no admin token: those begin with bga_");
  const { sdkKey, environment } = keyFor(values.environment, env["BURGEE_KEY"], local);
  if (environment === "production" && values.yes !== true) {
    throw new UsageError('this changes a flag in the environment "production"; say --yes if that is meant');
  }
  const flag = values.flag ?? DEFAULT_FLAG;
  if (!KEY_PATTERN.test(flag)) throw new UsageError("--flag takes the key of a flag: letters, digits and . _ ~ -");
  const number = (name: Numeric, fallback: number, min: number, max: number) =>
    numberOf(name, values[name], { fallback, min, max });
  const options = {
    url,
    adminToken,
    sdkKey,
    environment,
    flag,
    changes: number("changes", 20, 1, 1000),
    intervalMs: number("interval", 2500, 200, 60_000),
    timeoutMs: number("timeout", 30_000, 1000, 120_000),
    samplers: number("samplers", 4, 1, 50),
    pauseMs: number("pause", 50, 5, 10_000),
    isKept: values.keep === true,
    isJson: values.json === true,
  };
  const questions = (options.samplers * options.changes * options.intervalMs) / options.pauseMs;
  if (questions > MAX_QUESTIONS) {
    throw new UsageError(
      `this could be ${Math.round(questions).toLocaleString("en")} requests, ${MAX_QUESTIONS.toLocaleString("en")} are the most: fewer --changes or --samplers, a shorter --interval or a longer --pause`,
    );
  }
  return options;
}

type Numeric = "changes" | "interval" | "timeout" | "samplers" | "pause";

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  const texts = { url: text, environment: text, flag: text };
  const numbers = { changes: text, interval: text, timeout: text, samplers: text, pause: text };
  const switches = { yes, keep: yes, json: yes, help: { ...yes, short: "h" } };
  try {
    return parseArgs({ args: [...args], options: { ...texts, ...numbers, ...switches } }).values;
  } catch (error) {
    const [sentence = ""] = error instanceof Error ? error.message.split(/\. |\n/) : [];
    // What stands there may be a token that somebody meant well with.
    throw new UsageError(sentence.replace(/bg[acs]_\S*/g, "(a key: it goes into the environment)"));
  }
}

function originOf(text: string | undefined): string {
  if (text === undefined) {
    throw new UsageError("--url is missing; it takes the URL of a deployment, as https://flags.example.com");
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search + url.hash !== "") {
    throw new UsageError("--url takes the URL of a deployment without a path, as https://flags.example.com");
  }
  if (url.username + url.password !== "") throw new UsageError("--url takes no user and no password");
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !isHere) throw new UsageError("--url must be https: keys would be sent in clear");
  return url.origin;
}

function keyFor(
  wanted: string | undefined,
  given: string | undefined,
  local: DevFile | undefined,
): { sdkKey: string; environment: string } {
  if (wanted !== undefined && !ENVIRONMENT_PATTERN.test(wanted)) {
    throw new UsageError("--environment takes the key of an environment: small letters, digits and -");
  }
  if (given) {
    if (!["c", "s"].includes(kindOf(given))) {
      throw new UsageError("BURGEE_KEY is no client or server key: those begin with bgc_ or bgs_");
    }
    const [, environment = ""] = given.split("_");
    if (wanted !== undefined && wanted !== environment) {
      throw new UsageError(`BURGEE_KEY is of the environment "${environment}", --environment says "${wanted}"`);
    }
    return { sdkKey: given, environment };
  }
  if (local === undefined) throw new UsageError("BURGEE_KEY is not set; it takes a client or server key");
  const there = Object.keys(local.environments);
  const environment = wanted ?? there.find((name) => name !== "production") ?? there[0] ?? "";
  const keys = Object.hasOwn(local.environments, environment) ? local.environments[environment] : undefined;
  if (keys === undefined) throw new UsageError(`--environment must be one of ${there.join(", ")}`);
  return { sdkKey: keys.serverKey, environment };
}

/** The letter that says what a key is for; nothing where it is none. */
function kindOf(token: string): string {
  return /^bg([acs])_[a-z0-9-]{1,40}_[A-Za-z0-9]+_[A-Za-z0-9]+_[0-9a-f]+$/.exec(token)?.[1] ?? "";
}

function numberOf(
  name: string,
  text: string | undefined,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
  return value;
}
