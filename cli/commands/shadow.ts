import type { Command } from "commander";
import { SYSTEM_NAMES } from "../../sdk/import/index.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError } from "../exit.ts";
import { deploymentSide } from "../import/deployment-side.ts";
import {
  isSystem,
  readSourceProject,
  type SourceOptions,
  unknownSystem,
  withSourceOptions,
} from "../import/source-options.ts";
import { hasDifferences, verificationText, verify } from "../import/verification.ts";
import { wholeNumber } from "../input.ts";
import { requiredSdkKey } from "../profile/profile.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

/** The requests that are sent at the same time, unless --concurrency says otherwise. */
const CONCURRENCY = 8;
const MAX_CONCURRENCY = 64;

interface ShadowOptions extends SourceOptions {
  contexts: string;
  results?: string;
  concurrency?: number;
}

/** `burgee shadow` compares a running deployment with another system. */
export function addShadowCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command("shadow")
    .description("compare the values that a deployment serves with those of another system")
    .argument("<system>", SYSTEM_NAMES.join(", "))
    .argument("<files...>", "the system's own export, as JSON or YAML; - is the standard input")
    .requiredOption("--contexts <file>", "file with one context per line, as JSON in the form of the system's SDK")
    .option("--results <file>", "file with the system's recorded results, in place of its SDK")
    .option(
      "--concurrency <number>",
      `requests at the same time (default: ${CONCURRENCY})`,
      wholeNumber(1, MAX_CONCURRENCY),
    );
  withExamples(
    withSourceOptions(command).action(
      async (system: string, files: string[], options: ShadowOptions, command: Command) => {
        if (!isSystem(system)) throw unknownSystem(system);
        const { contexts, results, concurrency = CONCURRENCY } = options;
        const session = await openSession(command, terminal, requiredSdkKey(terminal));
        const read = await readSourceProject(system, files, options, terminal);
        const ours = deploymentSide(read.project, session.client, contexts);
        const global = command.optsWithGlobals<GlobalOptions>();
        const verification = await verify(read, ours, { contexts, results, concurrency }, { ...global, terminal });
        session.show(verification, (one) => verificationText(one, session.width));
        const isMissing = read.project.flags.some(({ key }) => ours.absenceOf?.(key) !== undefined);
        if (hasDifferences(verification) || isMissing) throw new ExitError(EXIT.different);
      },
    ),
    "burgee shadow unleash features.json --contexts contexts.jsonl",
    "burgee shadow waffle waffle.json --contexts contexts.jsonl --results theirs.jsonl",
  );
}
