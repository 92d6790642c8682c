/** The arguments of `npm run dev`. Its settings are environment variables, as those of the worker are. */
import { parseArgs } from "node:util";
import { redact } from "../../src/ops/redact.ts";

export const USAGE = `usage: npm run dev [-- --help]
  Starts the worker with its console on this computer, and prints its addresses and keys. Ctrl-C stops it.

  --help  print this text

  Environment variables, as in PORT=8788 npm run dev:

  PORT          port of the worker, 1 to 65535 (default: 8787)
  BURGEE_DIR    folder of the embedded database and of dev.json (default: .burgee)
  DATABASE_URL  a Postgres in place of the embedded one
  REDIS_URL     a Redis in place of the embedded one
  CACHE_…       settings that are passed on to the worker (docs/caching.md)

  exit codes: 0 stopped; 1 could not start, or the worker ended; 2 wrong options`;

/** Returns whether only the help is wanted, or the problem with the arguments, without secrets. */
export function readArguments(args: readonly string[]): { wantsHelp: boolean } | { problem: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h" } } });
    return { wantsHelp: values.help === true };
  } catch (error) {
    // The first sentence of Node's message names the argument. The rest explains positional arguments.
    const [sentence = ""] = error instanceof Error ? error.message.split(/\. |\n/) : [];
    return { problem: redact(sentence) };
  }
}
