import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { describedFlags } from "../generated/described-flags.ts";
import { withOutputOptions, writeGenerated } from "../generated/output.ts";
import { type DescribedFlag, typesText } from "../generated/types-text.ts";
import type { Terminal } from "../terminal.ts";

/** `burgee types` generates files from the flags' definitions. */
export function addGeneratedCommands(program: Command, terminal: Terminal): void {
  addGenerated("types", "write the flags' keys, values and variants as types of TypeScript", typesText, [
    "burgee types --out flags.ts",
    "burgee types flags.yaml --out flags.ts --check",
  ]);

  function addGenerated(
    name: string,
    description: string,
    textOf: (flags: readonly DescribedFlag[]) => string,
    examples: string[],
  ): void {
    const command = program
      .command(name)
      .description(description)
      .argument("[file]", "project file to read in place of the deployment; - is the standard input")
      .action(async (file: string | undefined, _options: unknown, self: Command) => {
        const flags = await describedFlags(self, terminal, file);
        await writeGenerated(self, terminal, { text: textOf(flags), count: flags.length });
      });
    withExamples(withOutputOptions(command), ...examples);
  }
}
