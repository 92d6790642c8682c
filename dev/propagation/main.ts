/** `npm run watch:propagation` measures from outside how long a change takes to arrive at a deployment. */
import { ApiError, UnreachableError } from "../../sdk/client/client.ts";
import { EXIT, UsageError } from "../../cli/exit.ts";
import { redactFor, reportFailure } from "../failure.ts";
import { DevError } from "../session/error.ts";
import { readDevFile } from "../session/files.ts";
import { parseWatchOptions, USAGE } from "./options.ts";
import { isAsPromised, reportOf, textOf } from "./report.ts";
import { watchPropagation } from "./run.ts";

async function main(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const directory = env["BURGEE_DIR"] ?? ".burgee";
  const devFile = await readDevFile({ directory, shown: (name) => `${directory}/${name}` });
  const options = parseWatchOptions(args, { env, devFile });
  if (options === undefined) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const { url, environment, flag, samplers, isKept, isJson } = options;
  console.error(
    `${url}, environment "${environment}": ${options.changes} changes of "${flag}", ${samplers} samplers …`,
  );
  const stop = new AbortController();
  // `once`, so that a second Ctrl-C ends the process without cleaning up.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  const { changes, samples } = await watchPropagation(options, stop.signal);
  const report = reportOf(changes, samples);
  const measured = { url, environment, flag, samplers, pauseMs: options.pauseMs, ...report };
  console.log(isJson ? JSON.stringify(measured, null, 2) : textOf(report));
  if (isKept) console.error(`The flag "${flag}" was kept because of --keep.`);
  return isAsPromised(report) ? EXIT.ok : EXIT.different;
}

async function run(): Promise<number> {
  try {
    return await main(process.argv.slice(2), process.env);
  } catch (error) {
    const redact = redactFor(process.env);
    if (error instanceof UsageError) {
      console.error(`${redact(error.message)}\nRun it with --help for all options.`);
      return EXIT.usage;
    }
    if (error instanceof DevError) {
      console.error(redact(error.message));
      return EXIT.usage;
    }
    if (error instanceof ApiError) {
      console.error(`The deployment refused the request with status ${error.status}: ${redact(error.message)}`);
      return EXIT.refused;
    }
    if (error instanceof UnreachableError) {
      console.error(redact(error.message));
      return EXIT.unreachable;
    }
    reportFailure(error);
    return EXIT.refused;
  }
}

process.exitCode = await run();
