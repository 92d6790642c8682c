/** The options of `npm run bench:updates`. Both backends must be on this machine, because the run writes to them. */
import { parseArgs } from "node:util";

export const USAGE = `usage: npm run bench:updates -- --seconds 60 --rate 50
  Makes single-flag updates through two isolates and two tokens while other isolates evaluate all flags, and reports how
  long the updates take to arrive. It creates a database and takes a Redis database of its own, and removes both.

  --seconds  how long to make updates, 1 to 600 (default: 60)
  --rate     updates a second in all, 1 to 100 (default: 50)
  --flags    flags in the environment, 10 to 2000 (default: 200)
  --apply    also apply this many new flags in one request, 0 to 10000 (default: 10000)
  --help     print this text

  TEST_DATABASE_URL and TEST_REDIS_URL name the servers (default: 127.0.0.1:5432 and 127.0.0.1:6379).`;

export interface Options {
  seconds: number;
  rate: number;
  flags: number;
  apply: number;
  databaseUrl: string;
  redisUrl: string;
}

/** Returns the options, or `undefined` if only the help is wanted. Throws an Error that names the wrong option. */
export function parseOptions(args: readonly string[], env: Record<string, string | undefined>): Options | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, rate: text, flags: text, apply: text, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) return undefined;
  return {
    seconds: numberOf("seconds", values.seconds ?? "60", 1, 600),
    rate: numberOf("rate", values.rate ?? "50", 1, 100),
    flags: numberOf("flags", values.flags ?? "200", 10, 2000),
    apply: numberOf("apply", values.apply ?? "10000", 0, 10_000),
    databaseUrl: onThisMachine(
      "TEST_DATABASE_URL",
      env["TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/test",
    ),
    redisUrl: onThisMachine("TEST_REDIS_URL", env["TEST_REDIS_URL"] ?? "redis://127.0.0.1:6379"),
  };
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`--${name} takes a whole number from ${min} to ${max}`);
  return value;
}

function onThisMachine(name: string, text: string): string {
  const host = URL.parse(text)?.hostname;
  if (host === "127.0.0.1" || host === "localhost" || host === "[::1]") return text;
  throw new Error(`${name} must name a server at 127.0.0.1, because the run writes to it`);
}
