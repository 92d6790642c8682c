import type { Command } from "commander";
import { InvalidFileError } from "../../sdk/project/errors.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { checkReferences } from "../project/check-references.ts";
import { readContents } from "../project/file-contents.ts";
import { parseProject } from "../project/file.ts";
import { linesOf } from "../project/lines.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { counted } from "./flags/flag-change.ts";

/** `burgee validate` checks project files without a deployment, for example those of a fork's pull request. */
export function addValidateCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("validate")
      .description("check project files without a deployment or a token; the exit code is 2 if there are mistakes")
      .argument("<files...>", "project files; - is the standard input")
      .action(async (files: string[], _options: unknown, command: Command) => {
        const { json = false } = command.optsWithGlobals<GlobalOptions>();
        const results = [];
        const mistakes: string[] = [];
        for (const file of files) {
          try {
            results.push(await validated(file, terminal));
          } catch (error) {
            if (!(error instanceof UsageError || error instanceof InvalidFileError)) throw error;
            mistakes.push(error.message);
          }
        }
        createShow(json, terminal)(results, (all) => all.map(resultText).join("\n"));
        if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
      }),
    "burgee validate flags.yaml",
    "burgee validate flags.yaml --json",
  );
}

interface Validated {
  file: string;
  environments: string[];
  flags: number;
  segments: number;
  /** References to flags and segments outside the file, which the deployment must have. */
  missing: string[];
}

/** @throws UsageError with all mistakes */
async function validated(file: string, terminal: Terminal): Promise<Validated> {
  const name = file === "-" ? "the standard input" : file;
  const text = await readText(file, terminal);
  const project = parseProject(text, name);
  const lineAt = linesOf(text);
  const result: Validated = { file, environments: [], flags: project.flags.length, segments: 0, missing: [] };
  const mistakes: string[] = [];
  for (const { key } of project.environments) {
    const read = readContents(project, key, lineAt);
    mistakes.push(...read.mistakes);
    result.environments.push(key);
    result.segments += read.contents.segments.size;
    if (read.mistakes.length > 0) continue;
    const checked = checkReferences(key, read.contents);
    mistakes.push(...checked.mistakes);
    result.missing.push(...checked.missing);
  }
  if (mistakes.length > 0) throw new UsageError(`${name} has errors:${mistakes.map((one) => `\n  ${one}`).join("")}`);
  return result;
}

function resultText({ file, environments, flags, segments, missing }: Validated): string {
  const contents = `${counted(flags, "flag")} and ${counted(segments, "segment")}`;
  return [
    `${file}: no mistakes in ${contents} of ${environments.join(", ") || "no environment"}`,
    ...missing.map((one) => `  ${one}, which must exist in the deployment`),
  ].join("\n");
}
