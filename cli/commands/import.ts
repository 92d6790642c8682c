import { resolve } from "node:path";
import type { Command } from "commander";
import { importProject, type ImportOptions, SYSTEM_NAMES, type SystemName } from "../../sdk/import/index.ts";
import { settingsOf } from "../../sdk/import/settings.ts";
import { contentsOf } from "../../sdk/project/contents.ts";
import { mergeSources, parseSource } from "../../sdk/project/source.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { projectOf, projectText } from "../project/export.ts";
import { reportText } from "../project/import-report.ts";
import { createShow, type GlobalOptions, openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { applyFile, type ApplyOptions, applyTargets, write } from "./project.ts";

interface ImportCommandOptions extends ApplyOptions {
  out?: string;
  report?: string;
  apply?: boolean;
  approximate?: boolean;
  sdk?: string;
  sourceEnvironment?: string;
  setting?: string[];
  hashVersion?: string;
}

/** `burgee import` takes flags from another system's export, or from another deployment's project file. */
export function addImportCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("import")
      .description("take over the flags of another system, with every user in the same bucket")
      .argument("<system>", `${SYSTEM_NAMES.join(", ")}; or a project file from another deployment`)
      .argument("[files...]", "the system's own export, as JSON or YAML; - is the standard input")
      .option("--out <file>", "write the flags to a project file, for the environment that --environment names")
      .option("--apply", "apply the flags to the environment that --environment names")
      .option("--report <file>", "write the report as JSON")
      .option("--approximate", "also import flags whose results may differ; the report marks them")
      .option("--sdk <name>", "SDK that evaluates the flags now, if SDKs hash ids differently: see the system's page")
      .option("--hash-version <number>", "version of the hash of the SDKs in use, for flagd: see the system's page")
      .option("--source-environment <name>", "environment to read, if the export contains several")
      .option(
        "--setting <name=value...>",
        "setting of the program that has the flags now, such as WAFFLE_FLAG_DEFAULT=True",
      )
      .option("--prune", "delete flags and segments that only the deployment has")
      .option("--create-environments", "create missing environments")
      .action(async (system: string, files: string[], options: ImportCommandOptions, command: Command) => {
        if (isSystem(system)) await importFrom(system, files, options, command, terminal);
        else if (files.length === 0) await applyFile(await openSession(command, terminal), system, options);
        else {
          const hint = didYouMean(nearest(system, SYSTEM_NAMES));
          throw new UsageError(`unknown system '${system}'${hint} (accepted: ${SYSTEM_NAMES.join(", ")})`);
        }
      }),
    "burgee import unleash features.json",
    "burgee import launchdarkly flags.json --report report.json --out flags.yaml -e production",
    "burgee import growthbook features.json --apply -e production --dry-run",
  );
}

function isSystem(name: string): name is SystemName {
  return (SYSTEM_NAMES as readonly string[]).includes(name);
}

async function importFrom(
  system: SystemName,
  files: readonly string[],
  options: ImportCommandOptions,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  if (files.length === 0) throw new UsageError(`give the files that ${system} exports`);
  const { json = false, dryRun = false, environment } = command.optsWithGlobals<GlobalOptions>();
  const sources = [];
  for (const file of files) {
    const name = file === "-" ? "the standard input" : file;
    sources.push(await parseSource(await readText(file, terminal), name));
  }
  const project = importProject(system, mergeSources(sources), importOptions(options));
  const { report, out } = options;
  const isUnreadable = project.report.entries.some(({ kind }) => kind === "source");
  const place = (file: string): string => resolve(terminal.cwd, file);
  if (report !== undefined && !dryRun)
    await write(place(report), `${JSON.stringify(project.report, undefined, 2)}\n`, report);
  if (out !== undefined && !dryRun && !isUnreadable) {
    const key = environment ?? terminal.env["BURGEE_ENVIRONMENT"] ?? "production";
    await write(place(out), projectText(projectOf([{ key, name: key, contents: contentsOf(project) }])), out);
  }
  const width = terminal.isInteractive ? terminal.columns : Infinity;
  // With --apply, the changes are the result, and the report goes beside them. An unreadable source changes nothing.
  if (options.apply === true && !isUnreadable) {
    const session = await openSession(command, terminal);
    session.note(reportText(project.report, width));
    const target = { environment: session.environment(), contents: contentsOf(project), isPart: true };
    await applyTargets(session, [target], options);
  } else createShow(json, terminal)(project.report, (one) => reportText(one, width));
  if (project.report.entries.some(({ outcome }) => isLeftOut(outcome, options))) throw new ExitError(EXIT.different);
}

function isLeftOut(outcome: string, { approximate = false }: ImportCommandOptions): boolean {
  return outcome === "not importable" || (outcome === "approximate" && !approximate);
}

function importOptions(options: ImportCommandOptions): ImportOptions {
  const { approximate = false, sdk, sourceEnvironment, hashVersion, setting = [] } = options;
  if (hashVersion !== undefined && !/^[123]$/.test(hashVersion))
    throw new UsageError(`--hash-version must be 1, 2 or 3, not '${hashVersion}'`);
  const given = settingsOf(setting);
  if ("invalid" in given) throw new UsageError(`--setting takes name=value, not '${given.invalid}'`);
  return {
    approximate,
    ...(sdk !== undefined && { sdk }),
    ...(hashVersion !== undefined && { hashVersion: Number(hashVersion) as 1 | 2 | 3 }),
    ...(sourceEnvironment !== undefined && { environment: sourceEnvironment }),
    settings: given.settings,
  };
}
