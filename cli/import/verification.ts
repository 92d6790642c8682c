import type { ReportEntry, SystemName } from "../../sdk/import/index.ts";
import type { Fields } from "../../sdk/import/lowering/source.ts";
import { UsageError } from "../exit.ts";
import { startBar } from "../progress-bar.ts";
import type { GlobalOptions } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { compare, type FlagComparison, type Side } from "./compare.ts";
import { readJsonLines } from "./json-lines.ts";
import { loadOracle } from "./oracles/load.ts";
import type { ReadProject } from "./source-options.ts";

/** The differences between a system and its imported flags. */
export interface Verification {
  system: SystemName;
  /** The source of the system's results: its SDK with the version, or a file. */
  theirs: string;
  /** The number of contexts. */
  contexts: number;
  flags: FlagComparison[];
  notCompared: { flag: string; reason: string }[];
}

/** The side of the imported flags. */
export interface OurSide {
  side: Side;
  /** Returns the reason why this side has no result for a flag, if it has none. */
  absenceOf?: (flag: string) => string | undefined;
}

export interface VerifyOptions {
  /** The file with the contexts. */
  contexts: string;
  /** The file with recorded results of the system. Without it, the system's SDK evaluates the contexts. */
  results?: string | undefined;
  concurrency?: number | undefined;
}

/** Evaluates contexts with a system and with `ours`, and counts the differences. @throws UsageError */
export async function verify(
  read: ReadProject,
  ours: OurSide,
  { contexts: file, results, concurrency = 1 }: VerifyOptions,
  { terminal, json = false, quiet = false }: Pick<GlobalOptions, "json" | "quiet"> & { terminal: Terminal },
): Promise<Verification> {
  const { system, project } = read;
  const unreadable = project.report.entries.find(({ kind }) => kind === "source");
  if (unreadable !== undefined) throw new UsageError(unreadable.notes.map(({ text }) => text).join("; "));
  const contexts = await readJsonLines(file, terminal);
  const their = await theirSide(read, { file, count: contexts.length, results, terminal });
  const flagKeys = project.flags.map(({ key }) => key);
  const bar = startBar(terminal, !json && !quiet, { format: "{bar} {value}/{total} contexts", total: contexts.length });
  try {
    const sides = { theirs: their.side, ours: ours.side };
    const onContext = (): void => bar.increment();
    const all = await compare({ system, contexts, file, flagKeys, ...sides, concurrency, onContext });
    return {
      system,
      theirs: their.name,
      contexts: contexts.length,
      flags: all.filter(({ compared }) => compared > 0),
      notCompared: [...leftOut(project.report.entries, flagKeys), ...withoutResults(all, ours, their.name)],
    };
  } finally {
    bar.stop();
    await their.close();
  }
}

interface TheirSide {
  side: Side;
  name: string;
  close: () => void | Promise<void>;
}

async function theirSide(
  { system, source, options }: ReadProject,
  given: { file: string; count: number; results: string | undefined; terminal: Terminal },
): Promise<TheirSide> {
  const { file, count, results, terminal } = given;
  if (results !== undefined) {
    const recorded = await readJsonLines(results, terminal);
    if (recorded.length !== count)
      throw new UsageError(
        `${results} has ${recorded.length} lines and ${file} has ${count}; each line of results belongs to the context in the same line`,
      );
    return { side: recordedSide(recorded), name: results, close: () => {} };
  }
  const warn = (text: string): void => terminal.error(`burgee: warning: ${text}`);
  const { oracle, name } = await loadOracle(system, source, { folder: terminal.cwd, options, warn });
  return { side: (context, keys) => oracle.evaluate(context, keys), name, close: () => oracle.close() };
}

function recordedSide(lines: readonly Fields[]): Side {
  return (_, keys, line) => {
    const results = lines[line - 1] ?? {};
    return new Map(keys.filter((key) => Object.hasOwn(results, key)).map((key) => [key, results[key]]));
  };
}

function leftOut(entries: readonly ReportEntry[], flagKeys: readonly string[]): Verification["notCompared"] {
  const imported = new Set(flagKeys);
  return entries
    .filter(({ kind, key }) => kind === "flag" && !imported.has(key))
    .map(({ key, outcome, notes }) => ({
      flag: key,
      reason: [outcome, notes[0]?.text].filter((text) => text !== undefined).join(": "),
    }));
}

function withoutResults(
  all: readonly FlagComparison[],
  { absenceOf }: OurSide,
  name: string,
): Verification["notCompared"] {
  return all
    .filter(({ compared }) => compared === 0)
    .map(({ flag }) => ({ flag, reason: absenceOf?.(flag) ?? `${name} has no result for it in any context` }));
}

/** Whether a flag differs, or no flag could be compared, which shows nothing. */
export function hasDifferences({ flags }: Verification): boolean {
  return flags.length === 0 || flags.some(({ different }) => different > 0);
}

/** Returns a table of the flags with differences, one of the flags that were not compared, and a summary. */
export function verificationText({ theirs, contexts, flags, notCompared }: Verification, width: number): string {
  const different = flags.filter((flag) => flag.different > 0);
  const rows = different.map(({ flag, compared, different, example }) => [
    flag,
    String(compared),
    String(different),
    String(example?.line ?? ""),
    shortJson(example?.theirs),
    shortJson(example?.ours),
  ]);
  const counts = [
    `${flags.length - different.length} without a difference`,
    `${different.length} different`,
    ...(notCompared.length > 0 ? [`${notCompared.length} not compared`] : []),
  ];
  return [
    table(["flag", "compared", "different", "line", "theirs", "ours"], rows, width),
    table(
      ["not compared", "reason"],
      notCompared.map(({ flag, reason }) => [flag, reason]),
      width,
    ),
    `${contexts} contexts, compared with ${theirs}: ${counts.join(", ")}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

const MAX_SHOWN = 60;

function shortJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
