import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type FlagTest, parseFlagTests } from "../../sdk/project/flag-tests.ts";
import type { SegmentRow } from "../../src/flags/documents/build-document.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { evaluatorOf, type Evaluate } from "../project/evaluator.ts";
import { contentsOfFile } from "../project/file-contents.ts";
import { parseProject } from "../project/file.ts";
import { problemOf } from "../project/flag-tests.ts";
import { linesOf } from "../project/lines.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import type { Terminal } from "../terminal.ts";

/** The result of one test. */
interface Outcome {
  name: string;
  flag: string;
  environment: string;
  passed: boolean;
  problem?: string;
}

/** `burgee test` runs tests of flags on the worker's evaluator, without a deployment. */
export function addTestCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("test")
      .description("run tests of flags without a deployment; the exit code is 3 if one fails")
      .argument("[files...]", "files of tests (default: flags.test.yaml)")
      .option("--project <file>", "project file with the flags (default: the one that the tests name, or flags.yaml)")
      .action(async (files: string[], options: { project?: string }, command: Command) => {
        const { json = false } = command.optsWithGlobals<GlobalOptions>();
        const outcomes: Outcome[] = [];
        for (const file of files.length === 0 ? ["flags.test.yaml"] : files)
          outcomes.push(...(await run(file, options.project, terminal)));
        createShow(json, terminal)(outcomes, textOf);
        if (outcomes.some(({ passed }) => !passed)) throw new ExitError(EXIT.different);
      }),
    "burgee test",
    "burgee test checkout.test.yaml --project flags.yaml",
  );
}

async function run(file: string, given: string | undefined, terminal: Terminal): Promise<Outcome[]> {
  const text = await readText(file, terminal);
  const { project, tests } = parseFlagTests(text, file, linesOf(text));
  const path = given ?? resolve(terminal.cwd, dirname(file), project);
  const evaluators = await evaluatorsOf(path, given ?? project, tests, terminal);
  const now = Date.now();
  return tests.map((test) => {
    const { flag, environment } = test;
    const evaluate = evaluators.get(environment)!;
    const problem = problemOf(test, (context, request, at) => evaluate(flag, context, { request, now: at }), now);
    const name = test.name ?? `${flag} in ${environment}`;
    return { name, flag, environment, passed: problem === undefined, ...(problem !== undefined && { problem }) };
  });
}

/** Returns an evaluator for each environment that tests name. @throws UsageError the project lacks one, or is wrong */
async function evaluatorsOf(
  path: string,
  shown: string,
  tests: readonly FlagTest[],
  terminal: Terminal,
): Promise<Map<string, Evaluate>> {
  const source = await readText(path, terminal);
  const project = parseProject(source, shown);
  const known = project.environments.map(({ key }) => key);
  const evaluators = new Map<string, Evaluate>();
  for (const environment of new Set(tests.map((test) => test.environment))) {
    if (!known.includes(environment))
      throw new UsageError(`${shown} has no environment ${environment} (it has ${known.join(", ")})`);
    const { flags, segments } = contentsOfFile(project, environment, shown, linesOf(source));
    evaluators.set(
      environment,
      evaluatorOf(
        { flags: [...flags.values()], segments: [...segments.values()] as SegmentRow[] },
        { now: Date.now, random: sequence() },
      ),
    );
  }
  return evaluators;
}

/** Returns numbers in [0, 1) that are evenly spread and the same in each run: a sample has its share. */
function sequence(): () => number {
  let state = 0.5;
  return () => (state = (state + 0.618_033_988_749_894_9) % 1);
}

function textOf(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ passed }) => !passed);
  const lines = failed.map(({ name, problem = "" }) => `FAILED  ${name}: ${problem}`);
  const passed = outcomes.length - failed.length;
  const count = outcomes.length === 1 ? "1 test" : `${outcomes.length} tests`;
  return [...lines, `${count}: ${passed} passed, ${failed.length} failed`].join("\n");
}
