import { resolve } from "node:path";
import type { Command } from "commander";
import { EXPORT_OUTCOMES, exportFlagd, type FlagdExport, type Source } from "../../sdk/export/flagd/index.ts";
import { outcomeCounts, rowsOf } from "../../sdk/import/report.ts";
import { contentsOfDeployment } from "../../sdk/project/contents.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { createShow, type GlobalOptions, openSession } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { writeGeneratedFile } from "./write.ts";
import { contentsOfFile } from "./file-contents.ts";
import { parseProject, type ProjectFile } from "./file.ts";
import { linesOf } from "./lines.ts";

export interface FlagdOptions {
  from?: string;
  report?: string;
}

/**
 * Writes one environment as flag definitions of flagd. The result is the report, or the definitions if they go to the
 * standard output.
 *
 * @throws ExitError if flags or segments were left out
 */
export async function exportToFlagd(
  file: string | undefined,
  { from, report: reportFile }: FlagdOptions,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const source = from === undefined ? await deployed(command, terminal) : await inFile(from, options, terminal);
  const exported = exportFlagd(source);
  const { definitions, report } = exported;
  const text = `${JSON.stringify(definitions, undefined, 2)}\n`;
  const writeTo = async (path: string | undefined, content: string): Promise<void> => {
    if (path !== undefined && options.dryRun !== true)
      await writeGeneratedFile(resolve(terminal.cwd, path), content, path);
  };
  await writeTo(reportFile, `${JSON.stringify(report, undefined, 2)}\n`);
  await writeTo(file, text);
  const reported = (): string => reportText(exported, terminal.isInteractive ? terminal.columns : Infinity);
  const show = createShow(options.json === true, terminal);
  if (file !== undefined) show(report, reported);
  else {
    show(definitions, () => text.trimEnd());
    if (options.quiet !== true) terminal.error(reported());
  }
  if (report.entries.some(({ outcome }) => outcome === "not exportable")) throw new ExitError(EXIT.different);
}

async function deployed(command: Command, terminal: Terminal): Promise<Source> {
  const session = await openSession(command, terminal);
  return contentsOfDeployment(session.client, session.environment());
}

async function inFile(file: string, { environment }: GlobalOptions, terminal: Terminal): Promise<Source> {
  const name = file === "-" ? "the standard input" : file;
  const text = await readText(file, terminal);
  const project = parseProject(text, name);
  const key = environmentOf(project, environment ?? terminal.env["BURGEE_ENVIRONMENT"], name);
  return contentsOfFile(project, key, name, linesOf(text));
}

function environmentOf({ environments }: ProjectFile, wanted: string | undefined, name: string): string {
  const keys = environments.map(({ key }) => key);
  const [only] = keys;
  const known = `${name} contains: ${keys.join(", ") || "none"}`;
  if (wanted === undefined) {
    if (only !== undefined && keys.length === 1) return only;
    throw new UsageError(`choose one environment with --environment (${known})`);
  }
  if (keys.includes(wanted)) return wanted;
  throw new UsageError(`environment ${wanted} does not exist (${known})`);
}

/** Returns a table of the flags and segments with notes, and the number of flags with each outcome. */
function reportText({ report }: FlagdExport, width: number): string {
  const noted = report.entries.filter(({ notes }) => notes.length > 0);
  const rows = rowsOf(noted).map(({ key, kind, outcome, place, note }) => [key, kind, outcome, place, note]);
  const { flags, text } = outcomeCounts(report.entries, EXPORT_OUTCOMES);
  const counts = `${flags} flags for flagd: ${text}`;
  return rows.length === 0 ? counts : `${table(["key", "kind", "outcome", "place", "note"], rows, width)}\n\n${counts}`;
}
