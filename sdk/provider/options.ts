import { type Clock, systemClock } from "../../src/ops/clock.ts";
import { Exposures } from "../exposures/exposures.ts";
import { baseUrl } from "../client/base-url.ts";
import { keyForm } from "../client/key-form.ts";
import type { Definitions } from "./definition-set.ts";

/** The settings of an evaluator in this process. */
export interface FlagsOptions {
  /** The deployment, such as `https://flags.example.com`. */
  url: string;
  /** A server key. It names the environment. Keep it out of browsers and apps: it reads every flag's rules. */
  key: string;
  /**
   * Definitions for a start without the deployment: the body of `GET /api/v1/environments/{env}/definitions`, or the
   * path of a file with it.
   */
  bootstrap?: Definitions | string;
  /** The path of a file that keeps the last known definitions, and that a start without the deployment reads. */
  file?: string;
  /** Reports which subjects got which variants, for experiments. Default: nothing is reported. */
  exposures?: Exposures;
  /** How long a start waits for the deployment before it uses `bootstrap` or `file` (ms). Default: 5,000. */
  startTimeoutMs?: number;
  /** How long one request may take (ms). Default: 10,000. */
  requestTimeoutMs?: number;
  /** The pause between two requests if the deployment has no change streams (ms). Default: 30,000. */
  pollMs?: number;
  /**
   * The time between two reports of how often flags were evaluated (ms). Reports contain keys of flags, variants and
   * rules, and never attributes. 0 switches them off. Default: 60,000.
   */
  usageReportMs?: number;
  /** Sends the requests. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** The time and timers. Tests set it. @internal */
  clock?: Clock;
  /** Returns a uniform number in [0, 1), for samples and pauses. Tests set it. @internal */
  random?: () => number;
}

export type ResolvedOptions = Required<Omit<FlagsOptions, "bootstrap" | "file" | "exposures">> &
  Pick<FlagsOptions, "bootstrap" | "file" | "exposures"> & { environment: string };

const TIMES = { startTimeoutMs: 5000, requestTimeoutMs: 10_000, pollMs: 30_000 };
const USAGE_REPORT_MS = 60_000;
/** No timer of JavaScript waits longer (ms). */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError an option is not usable; names it */
export function resolveOptions(options: FlagsOptions): ResolvedOptions {
  const { url, key } = options;
  baseUrl(url);
  const form = keyForm(key ?? "");
  if (form === undefined) throw new TypeError("key must be a server key, which begins with bgs_");
  if (form.kind !== "server")
    throw new TypeError("key must be a server key (bgs_…): client keys and admin tokens get no definitions");
  const environment = form.scope;
  const times = { ...TIMES };
  for (const name of Object.keys(TIMES) as (keyof typeof TIMES)[]) {
    const ms = options[name] ?? TIMES[name];
    if (!(ms > 0 && ms <= LONGEST_MS)) throw new TypeError(`${name} must be a time above 0 in ms, not ${String(ms)}`);
    times[name] = ms;
  }
  if (options.exposures !== undefined && !(options.exposures instanceof Exposures))
    throw new TypeError("exposures must be an instance of Exposures, such as new Exposures((exposure) => …)");
  if (options.file !== undefined && typeof options.file !== "string")
    throw new TypeError(`file must be the path of a file, not ${String(options.file)}`);
  const { usageReportMs = USAGE_REPORT_MS } = options;
  if (!(usageReportMs === 0 || (usageReportMs >= 1000 && usageReportMs <= LONGEST_MS)))
    throw new TypeError(`usageReportMs must be 0 or a time from 1,000 in ms, not ${String(usageReportMs)}`);
  const { fetch = (...args) => globalThis.fetch(...args), clock = systemClock, random = Math.random } = options;
  return { ...options, ...times, usageReportMs, environment, fetch, clock, random };
}
