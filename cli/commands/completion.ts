import { Argument, type Command } from "commander";
import { complete, type Suggestion } from "../completion/completion.ts";
import { COMPLETION_SCRIPTS, MARK, SHELLS } from "../completion/completion-scripts.ts";
import { oneLine } from "../text/escape.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";

/** `burgee completion` prints a shell's script, which calls the hidden `burgee complete` for suggestions. */
export function addCompletionCommands(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("completion")
      .description("print a script for your shell that completes commands, options and keys of the deployment")
      .addArgument(new Argument("<shell>").choices(SHELLS))
      .action((shell: (typeof SHELLS)[number]) => terminal.print(COMPLETION_SCRIPTS[shell].trim())),
    'eval "$(burgee completion bash)"',
    'eval "$(burgee completion zsh)"',
    "burgee completion fish > ~/.config/fish/completions/burgee.fish",
    "burgee completion powershell | Out-String | Invoke-Expression",
  );

  program
    .command("complete", { hidden: true })
    .argument("<shell>")
    .argument("[words...]", "words typed so far; the last one is incomplete")
    .action(async (shell: string, words: string[]) => {
      const typed = shell === "powershell" ? withoutMark(words) : words;
      for (const suggestion of await complete(program, terminal, typed)) {
        // A key that needs an escape would reach the command line as another one.
        if (oneLine(suggestion.word) === suggestion.word) terminal.print(lineFor(shell, suggestion));
      }
    });
}

function withoutMark(words: readonly string[]): string[] {
  return words.map((word, i) => (i === words.length - 1 && word.startsWith(MARK) ? word.slice(MARK.length) : word));
}

function lineFor(shell: string, { word, ...rest }: Suggestion): string {
  const description = oneLine(rest.description);
  if (shell === "bash") return quoted(word);
  if (shell === "powershell") return [quotedForPowerShell(word), word, description || word].join("\t");
  if (description === "") return shell === "zsh" ? word.replaceAll(":", "\\:") : word;
  return shell === "zsh" ? `${word.replaceAll(":", "\\:")}:${description}` : `${word}\t${description}`;
}

/**
 * Quotes a word that bash would read as more than a word: other people choose keys, and bash puts a completion on the
 * line as it is. zsh and fish quote by themselves.
 */
function quoted(word: string): string {
  return /^(?!~)[\p{L}\p{M}\p{N}._~/=:@+-]*$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Quotes a word for PowerShell, which puts a completion on the line as it is and takes five characters for a quote. */
function quotedForPowerShell(word: string): string {
  return /^[\p{L}\p{M}\p{N}._/=:+-]+$/u.test(word) ? word : `'${word.replace(/['\u2018-\u201B]/g, "$&$&")}'`;
}
