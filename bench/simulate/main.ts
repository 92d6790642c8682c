/** `npm run simulate` runs the worker's delivery, cache and purge code on a simulated planet, in virtual time. */
import { Worker } from "node:worker_threads";
import { EXIT, UsageError } from "../../cli/exit.ts";
import { parseSimulateOptions, type SimulateOptions, USAGE } from "./options.ts";
import { reportOf } from "./report/tables.ts";
import { brokenPromises, missedTargets } from "./report/verdict.ts";
import type { ScenarioResult } from "./result.ts";
import type { Scenario } from "./scenarios.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseSimulateOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const results = await runAll(options);
  console.log(options.isJson ? JSON.stringify(results, null, 2) : reportOf(results));
  const faults = results.flatMap((result) => [...brokenPromises(result), ...missedTargets(result)]);
  return faults.length === 0 ? EXIT.ok : EXIT.different;
}

/** Runs the scenarios in threads. The results are in the order of the scenarios, whichever ends first. */
async function runAll({ scenarios, size, jobs }: SimulateOptions): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  const waiting = [...scenarios.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, scenario] = next;
      const startedAt = performance.now();
      results[i] = await runInThread(scenario, size);
      console.error(`${scenario.name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

function runInThread(scenario: Scenario, size: SimulateOptions["size"]): Promise<ScenarioResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("scenario-worker.ts", import.meta.url), { workerData: { scenario, size } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\nRun it with --help for all options.`);
  process.exitCode = EXIT.usage;
}
