/** The options of `npm run simulate`. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { UsageError } from "../../cli/exit.ts";
import type { Size } from "./result.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";

export const USAGE = `usage: npm run simulate -- [options]
  Runs the worker's delivery, cache and purge code in the isolates of a whole planet, in virtual time. The same options
  give the same output. docs/scale.md explains it.

  --scenario      name of a scenario; repeat it for several (default: all)
${SCENARIOS.map(({ name, title }) => `                    ${name.padEnd(18)}${title}`).join("\n")}
  --seed          number from which everything random follows (default: 1)
  --data-centres  data centres, 36 to 1000 (default: 100)
  --isolates      isolates in each data centre, 1 to 100 (default: 5)
  --flags         flags, 1 to 10000 (default: 200)
  --evaluations   requests of a day, up to 30000000 (default: 3000000)
  --changes       changes, up to 10000 (default: 1000)
  --hours         how much of the day to simulate, 1 to 24 (default: 24)
  --jobs          scenarios that run at the same time (default: one for each processor)
  --json          print the results as JSON
  --help          print this text

  exit codes: 0 every scenario kept its contract; 2 wrong options; 3 one of them did not`;

export interface SimulateOptions {
  scenarios: readonly Scenario[];
  size: Size;
  jobs: number;
  isJson: boolean;
}

/** Returns the options, or `undefined` if only the help is wanted. @throws UsageError */
export function parseSimulateOptions(args: readonly string[]): SimulateOptions | undefined {
  const values = parsed(args);
  if (values.help === true) return undefined;
  const number = (name: Numeric, fallback: number, min: number, max: number) =>
    numberOf(name, values[name], { fallback, min, max });
  return {
    scenarios: values.scenario === undefined ? SCENARIOS : values.scenario.map(scenarioOf),
    size: {
      seed: number("seed", 1, 0, 2 ** 31),
      dataCentres: number("data-centres", 100, 36, 1000),
      isolates: number("isolates", 5, 1, 100),
      flags: number("flags", 200, 1, 10_000),
      evaluations: number("evaluations", 3_000_000, 1, 30_000_000),
      changes: number("changes", 1000, 0, 10_000),
      hours: number("hours", 24, 1, 24),
    },
    jobs: number("jobs", availableParallelism(), 1, 64),
    isJson: values.json === true,
  };
}

type Numeric = "seed" | "data-centres" | "isolates" | "flags" | "evaluations" | "changes" | "hours" | "jobs";

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    scenario: { type: "string", multiple: true },
    seed: text,
    "data-centres": text,
    isolates: text,
    flags: text,
    evaluations: text,
    changes: text,
    hours: text,
    jobs: text,
    json: flag,
    help: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`--scenario takes one of ${SCENARIOS.map((one) => one.name).join(", ")}, not "${name}"`);
}

function numberOf(
  name: string,
  text: string | undefined,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
}
