import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { describedFlags, manifestFlags } from "../generated/described-flags.ts";
import { manifestText } from "../generated/manifest-text.ts";
import { withOutputOptions, writeGenerated } from "../generated/output.ts";
import { typesText } from "../generated/types-text.ts";
import type { Terminal } from "../terminal.ts";

/** Reads the flags of a project file or of the deployment. */
type Read<Flag> = (command: Command, terminal: Terminal, file: string | undefined) => Promise<Flag[]>;

interface Generated<Flag> {
  name: string;
  description: string;
  read: Read<Flag>;
  textOf: (flags: readonly Flag[]) => string;
  examples: string[];
}

/** `burgee types` and `manifest` generate files from the flags' definitions. */
export function addGeneratedCommands(program: Command, terminal: Terminal): void {
  addGenerated(program, terminal, {
    name: "types",
    description: "write the flags' keys, values and variants as types of TypeScript",
    read: describedFlags,
    textOf: typesText,
    examples: ["burgee types --out flags.ts", "burgee types flags.yaml --out flags.ts --check"],
  });
  addGenerated(program, terminal, {
    name: "manifest",
    description: "write the flags' keys, types and defaults as a manifest of OpenFeature",
    read: manifestFlags,
    textOf: manifestText,
    examples: ["burgee manifest --out flags.json", "burgee manifest flags.yaml --out flags.json --check"],
  });
}

function addGenerated<Flag>(
  program: Command,
  terminal: Terminal,
  { name, description, read, textOf, examples }: Generated<Flag>,
): void {
  const command = program
    .command(name)
    .description(description)
    .argument("[file]", "project file to read in place of the deployment; - is the standard input")
    .action(async (file: string | undefined, _options: unknown, self: Command) => {
      const flags = await read(self, terminal, file);
      await writeGenerated(self, terminal, { text: textOf(flags), count: flags.length });
    });
  withExamples(withOutputOptions(command), ...examples);
}
