import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { didYouMean, nearest } from "../nearest.ts";

/** `burgee help flags set` shows the help of a command at any depth. */
export function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  withExamples(
    program
      .command("help")
      .description("show the help of a command")
      .argument("[command...]", "command, such as flags set")
      .action((words: string[]) => {
        let shown = program;
        for (const word of words) {
          const next = shown.commands.find((one) => one.name() === word || one.aliases().includes(word));
          if (next === undefined) {
            const names = shown.commands.map((one) => one.name());
            throw new UsageError(`unknown command '${word}'${didYouMean(nearest(word, names))}`);
          }
          shown = next;
        }
        shown.outputHelp();
      }),
    "burgee help flags set",
  );
}
