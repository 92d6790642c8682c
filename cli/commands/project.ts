import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { applyAll, checkAll, planAll } from "../../sdk/project/apply.ts";
import { contentsOfDeployment } from "../../sdk/project/contents.ts";
import type { EnvironmentPlan, Target } from "../../sdk/project/plan.ts";
import { exactJson } from "../../src/flags/formats/exact-numbers.ts";
import { type Session, openSession } from "../session.ts";
import { withExamples } from "../examples.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { readIfExists, readText } from "../input.ts";
import { paintChanges } from "../colors.ts";
import { contentsOfFile } from "../project/file-contents.ts";
import { projectOf, projectText, updatedText } from "../project/export.ts";
import { exportToFlagd, type FlagdOptions } from "../project/flagd.ts";
import { parseProject } from "../project/file.ts";
import { linesOf } from "../project/lines.ts";
import { plansMarkdown, plansPatch } from "../project/patch.ts";
import { audienceOf, outcomesText, plansText, plansView } from "../project/report.ts";
import type { Terminal } from "../terminal.ts";
import { write } from "../project/write.ts";

/** The path where a deployment serves the schema of project files, for editors. */
const SCHEMA_PATH = "/console/project.schema.json";

export interface ApplyOptions {
  prune?: boolean;
  createEnvironments?: boolean;
}

interface DiffOptions extends ApplyOptions {
  format: keyof typeof FORMATS;
}

const FORMATS = {
  text: plansText,
  patch: plansPatch,
  markdown: plansMarkdown,
  json: (plans: readonly EnvironmentPlan[]) => exactJson(plansView(plans), 2),
};

/** `burgee export`, `diff` and `apply` work with a project as one file. */
export function addProjectCommands(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("export")
      .description("write the flags and segments of every environment, or of the given one, to one YAML file")
      .argument("[file]", "file to write; an existing one keeps its comments and order (default: standard output)")
      .addOption(
        new Option(
          "--format <format>",
          "flagd writes one environment for flagd, without the flags that it cannot express",
        )
          .choices(["yaml", "flagd"])
          .default("yaml"),
      )
      .option("--from <file>", "with flagd, read a project file in place of the deployment; - is the standard input")
      .option("--report <file>", "with flagd, write the report as JSON")
      .action(async (file: string | undefined, options: FlagdOptions & { format: string }, command: Command) => {
        if (options.format === "flagd") return exportToFlagd(file, options, command, terminal);
        if ((options.from ?? options.report) !== undefined)
          throw new UsageError("--from and --report only apply to --format flagd");
        return exportProject(await openSession(command, terminal), file);
      }),
    "burgee export flags.yaml",
    "burgee export --environment production > production.yaml",
    "burgee export --format flagd flagd.json -e production",
    "burgee export --format flagd flagd.json --from flags.yaml -e production",
  );

  withExamples(
    program
      .command("diff")
      .description("show what applying a file would change; the exit code is 3 if there are changes")
      .argument("<file>", "project file; - is the standard input")
      .option("--prune", "include flags and segments that only the deployment has")
      .addOption(
        new Option("--format <format>", "patch has - and + at the beginning of lines, markdown suits a pull request")
          .choices(["text", "patch", "markdown", "json"])
          .default("text"),
      )
      .action(async (file: string, { prune = false, format }: DiffOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const plans = await planAll(session.client, await targetsOf(session, file), { isWhole: prune });
        session.show(plansView(plans), () => FORMATS[format](plans), format === "json" ? undefined : paintChanges);
        if (plans.some(isDifferent)) throw new ExitError(EXIT.different);
      }),
    "burgee diff flags.yaml",
    "burgee diff flags.yaml --environment staging --prune",
    "burgee diff flags.yaml --prune --format markdown",
  );

  withExamples(
    program
      .command("apply")
      .description("change the deployment to match a file, each environment as one version with one purge")
      .argument("<file>", "project file; - is the standard input")
      .option("--prune", "delete flags and segments that only the deployment has")
      .option("--create-environments", "create missing environments")
      .action(async (file: string, options: ApplyOptions, command: Command) => {
        await applyFile(await openSession(command, terminal), file, options);
      }),
    "burgee apply flags.yaml --dry-run",
    "burgee apply flags.yaml --prune",
  );
}

/** Applies a project file: its environments, or only the chosen one. */
export async function applyFile(session: Session, file: string, options: ApplyOptions): Promise<void> {
  await applyTargets(session, await targetsOf(session, file), options);
}

/** Plans the changes, makes them unless this is a dry run, and shows the result of every environment. */
export async function applyTargets(session: Session, targets: readonly Target[], options: ApplyOptions): Promise<void> {
  const { prune: isWhole = false, createEnvironments = false } = options;
  const { progress } = session;
  const plans = await planAll(session.client, targets, { isWhole, progress });
  const missing = plans.filter(({ version }) => version === undefined).map(({ environment }) => environment);
  if (missing.length > 0 && !createEnvironments) {
    throw new UsageError(
      `these environments do not exist: ${missing.join(", ")}; add --create-environments to create them`,
    );
  }
  const { note } = session;
  if (session.isDryRun) {
    await checkAll(session.client, plans, { isWhole, note });
    session.show({ dryRun: true, ...plansView(plans) }, () => plansText(plans), paintChanges);
    return;
  }
  const { outcomes, error } = await applyAll(session.client, plans, { isWhole, note, progress });
  const show = error === undefined ? session.confirm : session.show;
  const notes = error === undefined ? audienceOf(plans) : [];
  show({ environments: outcomes }, () => [outcomesText(outcomes), ...notes].join("\n"));
  if (error !== undefined) throw error;
}

/** Returns the file's environments, or only the chosen one. */
async function targetsOf(session: Session, file: string): Promise<Target[]> {
  const name = file === "-" ? "the standard input" : file;
  const text = await readText(file, session.terminal);
  const project = parseProject(text, name);
  const only = session.onlyEnvironment;
  const chosen = project.environments.filter(({ key }) => only === undefined || key === only);
  if (chosen.length === 0) {
    const known = project.environments.map(({ key }) => key).join(", ") || "none";
    throw new UsageError(`${name} does not contain environment ${only ?? ""} (it contains: ${known})`);
  }
  return chosen.map(({ key, name: label }) => ({
    environment: key,
    name: label,
    contents: contentsOfFile(project, key, name, linesOf(text)),
  }));
}

async function exportProject(session: Session, file: string | undefined): Promise<void> {
  const { client, terminal, onlyEnvironment, target } = session;
  const keys =
    onlyEnvironment === undefined
      ? (await client.call("listEnvironments")).body.items.map(({ key }) => key)
      : [onlyEnvironment];
  const environments = [];
  for (const key of keys) {
    session.progress(`reading ${key}`);
    const contents = await contentsOfDeployment(client, key);
    environments.push({ key, name: contents.name, contents });
  }
  const project = projectOf(environments);
  if (file === undefined) {
    session.show(project, () => projectText(project, schemaOf(target.url)).trimEnd());
    return;
  }
  const path = resolve(terminal.cwd, file);
  const before = await readIfExists(path);
  const after =
    before === undefined ? projectText(project, schemaOf(target.url)) : updatedText(before, file, environments);
  const counts = { environments: keys, flags: project.flags.length, isChanged: before !== after };
  if (!session.isDryRun && counts.isChanged) await write(path, after, file);
  session.show({ ...(session.isDryRun ? { dryRun: true } : {}), file, ...counts }, () => {
    if (!counts.isChanged) return `${file} is already up to date`;
    return `${session.isDryRun ? "would write" : "wrote"} ${counts.flags} flags of ${keys.join(", ")} to ${file}`;
  });
}

function schemaOf(url: string): string {
  return new URL(SCHEMA_PATH, url).href;
}

function isDifferent({ changes, version }: EnvironmentPlan): boolean {
  return changes.length > 0 || version === undefined;
}
