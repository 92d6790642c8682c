import { resolve } from "node:path";
import type { Command } from "commander";
import { SYSTEM_NAMES, type SystemName } from "../../sdk/import/index.ts";
import { contentsOf } from "../../sdk/project/contents.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { importedSide } from "../import/imported-side.ts";
import { reportText } from "../import/import-report.ts";
import {
  isSystem,
  type ReadProject,
  readSourceProject,
  type SourceOptions,
  unknownSystem,
  withSourceOptions,
} from "../import/source-options.ts";
import { hasDifferences, verificationText, verify } from "../import/verification.ts";
import { projectOf, projectText } from "../project/export.ts";
import { writeGeneratedFile } from "../project/write.ts";
import { createShow, type GlobalOptions, openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { applyFile, type ApplyOptions, applyTargets } from "./project.ts";

interface ImportCommandOptions extends ApplyOptions, SourceOptions {
  out?: string;
  report?: string;
  apply?: boolean;
  verify?: string;
  results?: string;
}

/** `burgee import` takes flags from another system's export, or from another deployment's project file. */
export function addImportCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command("import")
    .description("take over the flags of another system, with every user in the same bucket")
    .argument("<system>", `${SYSTEM_NAMES.join(", ")}; or a project file from another deployment`)
    .argument("[files...]", "the system's own export, as JSON or YAML; - is the standard input")
    .option("--out <file>", "write the flags to a project file, for the environment that --environment names")
    .option("--apply", "apply the flags to the environment that --environment names")
    .option("--report <file>", "write the report as JSON")
    .option("--verify <file>", "file with one context per line; compare the flags with the system's own SDK in each")
    .option("--results <file>", "file with the system's recorded results for --verify, in place of its SDK");
  withExamples(
    withSourceOptions(command)
      .option("--prune", "delete flags and segments that only the deployment has")
      .option("--create-environments", "create missing environments")
      .action(async (system: string, files: string[], options: ImportCommandOptions, command: Command) => {
        if (options.verify === undefined && options.results !== undefined)
          throw new UsageError("--results only applies to --verify");
        if (isSystem(system)) await importFrom(system, files, options, command, terminal);
        else if (files.length === 0 && options.verify === undefined)
          await applyFile(await openSession(command, terminal), system, options);
        else throw unknownSystem(system);
      }),
    "burgee import unleash features.json",
    "burgee import unleash features.json --verify contexts.jsonl",
    "burgee import launchdarkly flags.json --report report.json --out flags.yaml -e production",
    "burgee import growthbook features.json --apply -e production --dry-run",
  );
}

async function importFrom(
  system: SystemName,
  files: readonly string[],
  options: ImportCommandOptions,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const read = await readSourceProject(system, files, options, terminal);
  const global = command.optsWithGlobals<GlobalOptions>();
  const { report, out, apply = false } = options;
  const output: Output = {
    show: createShow(global.json === true, terminal),
    note: (text) => (global.quiet === true ? undefined : terminal.error(text)),
    width: terminal.isInteractive ? terminal.columns : Infinity,
  };
  // An unreadable source changes nothing, and its report is the result.
  const isUnreadable = read.project.report.entries.some(({ kind }) => kind === "source");
  if (options.verify !== undefined && !isUnreadable) {
    // Nothing is written or applied after a difference.
    await verifyFirst(read, options, { ...global, terminal }, output);
    if (!apply && (report ?? out) === undefined) return;
  }
  const leftOut = read.project.report.entries.filter(({ outcome }) => isLeftOut(outcome, options));
  if (apply && options.prune === true && leftOut.length > 0 && !isUnreadable) {
    output.note(reportText(read.project.report, output.width));
    throw new UsageError(
      "--prune would delete flags and segments that the report leaves out, if the deployment has them; apply without --prune",
    );
  }
  if (global.dryRun !== true) await writeFiles(read, { report, out: isUnreadable ? undefined : out }, global, terminal);
  const reported = (): string => reportText(read.project.report, output.width);
  // With --apply, the changes are the result, and with --verify the comparison. The report goes beside them.
  if (apply && !isUnreadable) {
    const session = await openSession(command, terminal);
    session.note(reported());
    const target = { environment: session.environment(), contents: contentsOf(read.project), isPart: true };
    await applyTargets(session, [target], options);
  } else if (options.verify !== undefined && !isUnreadable) output.note(reported());
  else output.show(read.project.report, reported);
  if (leftOut.length > 0) throw new ExitError(EXIT.different);
}

interface Output {
  show: ReturnType<typeof createShow>;
  /** Prints beside the result, unless --quiet is given. */
  note: (text: string) => void;
  width: number;
}

/** Compares the flags with the system's own results. @throws ExitError if there are differences */
async function verifyFirst(
  read: ReadProject,
  { verify: contexts = "", results, apply = false }: ImportCommandOptions,
  surroundings: Parameters<typeof verify>[3],
  { show, note, width }: Output,
): Promise<void> {
  const ours = await importedSide(read.project, { now: Date.now, random: Math.random });
  const verification = await verify(read, ours, { contexts, results }, surroundings);
  if (apply) note(verificationText(verification, width));
  else show(verification, (one) => verificationText(one, width));
  if (hasDifferences(verification)) throw new ExitError(EXIT.different);
}

async function writeFiles(
  { project }: ReadProject,
  { report, out }: { report: string | undefined; out: string | undefined },
  { environment }: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const place = (file: string): string => resolve(terminal.cwd, file);
  if (report !== undefined)
    await writeGeneratedFile(place(report), `${JSON.stringify(project.report, undefined, 2)}\n`, report);
  if (out !== undefined) {
    const key = environment ?? terminal.env["BURGEE_ENVIRONMENT"] ?? "production";
    const text = projectText(projectOf([{ key, name: key, contents: contentsOf(project) }]));
    // An import into the same environment starts over.
    await writeGeneratedFile(place(out), text, out, ({ environments }) => environments.every((one) => one.key === key));
  }
}

function isLeftOut(outcome: string, { approximate = false }: ImportCommandOptions): boolean {
  return outcome === "not importable" || (outcome === "approximate" && !approximate);
}
