/** The options of `npm run watch:propagation`, from its arguments, environment variables and dev.json. */
import { parseArgs } from "node:util";
import { UsageError } from "../../cli/exit.ts";
import { ENVIRONMENT_PATTERN, KEY_PATTERN, KEY_RULE } from "../../src/flags/limits.ts";
import { redact } from "../../src/ops/redact.ts";
import type { DevFile } from "../session/files.ts";

export const USAGE = `usage: BURGEE_ADMIN_TOKEN=… BURGEE_KEY=… npm run watch:propagation -- --url https://…
  Repeatedly changes a flag of its own while evaluating it, and reports how long the changes take to arrive.

  BURGEE_ADMIN_TOKEN  admin token with the role write
  BURGEE_KEY          client key or server key
  The default for both is the key in .burgee/dev.json, if --url is missing or names the worker of npm run dev.

  --url          URL of the deployment
  --environment  environment of the flag (default: that of BURGEE_KEY; with dev.json, the first except "production")
  --yes          allow an environment named production
  --flag         key of the flag (default: burgee-propagation-probe); created if needed, and never one of your own
  --keep         do not delete the flag at the end
  --changes      number of changes, 1 to 1000 (default: 20)
  --interval     ms from one change to the next, 200 to 60000 (default: 2500)
  --timeout      ms to wait for a change to arrive, 1000 to 120000 (default: 30000)
  --samplers     number of concurrent clients, each with its own connection, 1 to 50 (default: 4)
  --pause        ms between a client's response and its next request, 5 to 10000 (default: 50)
  --json         print the report as JSON
  --help         print this text

  exit codes: 0 every change arrived; 1 the deployment refused a request; 2 wrong options; 3 a change did not arrive,
  or a response had the value of another version; 5 the deployment did not respond`;

/** The most requests of one run. The deployment's owner pays for them, and this process keeps all their results. */
export const MAX_REQUESTS = 500_000;

const DEFAULT_FLAG = "burgee-propagation-probe";

export interface WatchOptions {
  /** The origin of the deployment. */
  url: string;
  adminToken: string;
  /** A client key or server key of `environment`. */
  sdkKey: string;
  environment: string;
  flag: string;
  changes: number;
  intervalMs: number;
  timeoutMs: number;
  samplers: number;
  pauseMs: number;
  isKept: boolean;
  isJson: boolean;
}

interface OptionSources {
  env: Record<string, string | undefined>;
  /** The file that npm run dev wrote, or `undefined` if there is none. */
  devFile: DevFile | undefined;
}

/**
 * Returns the options, or `undefined` if only the help is wanted.
 *
 * @throws UsageError that names the wrong option and the values it accepts, but never a secret
 */
export function parseWatchOptions(args: readonly string[], { env, devFile }: OptionSources): WatchOptions | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  const url = originOf(values.url ?? devFile?.url);
  // The keys of a local project must not be sent to another deployment.
  const local = devFile !== undefined && originOf(devFile.url) === url ? devFile : undefined;
  const adminToken = env["BURGEE_ADMIN_TOKEN"] ?? local?.adminToken;
  if (!adminToken) throw new UsageError("BURGEE_ADMIN_TOKEN is not set. Set it to an admin token with the role write.");
  if (kindOf(adminToken) !== "a")
    throw new UsageError("BURGEE_ADMIN_TOKEN is not an admin token. Admin tokens begin with bga_.");
  const { sdkKey, environment } = keyFor(values.environment, env["BURGEE_KEY"], local);
  if (environment === "production" && values.yes !== true) {
    throw new UsageError('This would change a flag in the environment "production". Add --yes to allow it.');
  }
  const flag = values.flag ?? DEFAULT_FLAG;
  if (!KEY_PATTERN.test(flag)) throw new UsageError(`--flag takes the key of a flag: ${KEY_RULE}`);
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
  const requests = (options.samplers * options.changes * options.intervalMs) / options.pauseMs;
  if (requests > MAX_REQUESTS) {
    throw new UsageError(
      `These options allow ${Math.round(requests).toLocaleString("en")} requests; at most ${MAX_REQUESTS.toLocaleString("en")} are allowed. Use fewer --changes or --samplers, a shorter --interval or a longer --pause.`,
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
    // The unknown argument may be a key, which must not be repeated.
    throw new UsageError(redact(sentence.replace(/bg[acs]_\S*/g, "(a key; set it in the environment instead)")));
  }
}

function originOf(text: string | undefined): string {
  if (text === undefined) {
    throw new UsageError("--url is missing. Set it to the URL of a deployment, such as https://flags.example.com.");
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search + url.hash !== "") {
    throw new UsageError("--url takes the URL of a deployment without a path, such as https://flags.example.com");
  }
  if (url.username + url.password !== "") throw new UsageError("--url takes no user and no password");
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !isHere)
    throw new UsageError("--url must begin with https, because keys would be sent unencrypted");
  return url.origin;
}

function keyFor(
  wanted: string | undefined,
  given: string | undefined,
  local: DevFile | undefined,
): { sdkKey: string; environment: string } {
  if (wanted !== undefined && !ENVIRONMENT_PATTERN.test(wanted)) {
    throw new UsageError("--environment takes the key of an environment: lower-case letters, digits and -");
  }
  if (given) {
    if (!["c", "s"].includes(kindOf(given))) {
      throw new UsageError("BURGEE_KEY is not a client key or server key. Those begin with bgc_ or bgs_.");
    }
    const [, environment = ""] = given.split("_");
    if (wanted !== undefined && wanted !== environment) {
      throw new UsageError(`BURGEE_KEY belongs to the environment "${environment}", but --environment is "${wanted}"`);
    }
    return { sdkKey: given, environment };
  }
  if (local === undefined) throw new UsageError("BURGEE_KEY is not set. Set it to a client key or server key.");
  const available = Object.keys(local.environments);
  const environment = wanted ?? available.find((name) => name !== "production") ?? available[0] ?? "";
  const keys = Object.hasOwn(local.environments, environment) ? local.environments[environment] : undefined;
  if (keys === undefined) throw new UsageError(`--environment must be one of ${available.join(", ")}`);
  return { sdkKey: keys.serverKey, environment };
}

/** Returns the letter for the kind of a key, or an empty string for any other text. */
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
