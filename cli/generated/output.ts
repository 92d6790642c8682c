import { resolve } from "node:path";
import type { Command } from "commander";
import { writeGeneratedFile } from "../project/write.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { readIfExists } from "../input.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import type { Terminal } from "../terminal.ts";

export interface OutputOptions extends GlobalOptions {
  out?: string;
  check?: boolean;
}

/** Adds the options of a command that generates a file. */
export function withOutputOptions(command: Command): Command {
  return command
    .option("--out <file>", "file to write (default: standard output)")
    .option("--check", "write nothing; the exit code is 3 if the file given with --out would change");
}

/**
 * Writes a generated file, or prints it if there is no --out. With --check, it only compares.
 *
 * @param count the number of flags in the file
 */
export async function writeGenerated(
  command: Command,
  terminal: Terminal,
  { text, count }: { text: string; count: number },
): Promise<void> {
  const { out, check = false, dryRun = false, json = false, quiet = false } = command.optsWithGlobals<OutputOptions>();
  const show = createShow(json, terminal);
  if (out === undefined) {
    if (check) throw new UsageError("--check needs --out with the file to compare");
    return show({ flags: count, text }, () => text.trimEnd());
  }
  const path = resolve(terminal.cwd, out);
  const before = await readIfExists(path, out);
  // Git may check files out with other line ends.
  const isChanged = before?.replaceAll("\r\n", "\n") !== text;
  const isWritten = isChanged && !check && !dryRun;
  if (isWritten) await writeGeneratedFile(path, text, out);
  show({ file: out, flags: count, isChanged, isWritten }, () => {
    if (quiet && !check) return "";
    if (!isChanged) return `${out} is up to date with ${count} flags`;
    if (isWritten) return `wrote ${count} flags to ${out}`;
    if (!check) return `would write ${count} flags to ${out}`;
    return `${out} ${before === undefined ? "does not exist" : "is out of date"}; write it without --check`;
  });
  if (check && isChanged) throw new ExitError(EXIT.different);
}
