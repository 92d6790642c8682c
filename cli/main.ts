import { CommanderError } from "commander";
import { EXIT, ExitError } from "./exit.ts";
import { failureOf, failureText } from "./failure.ts";
import { guardedTerminal } from "./guarded-terminal.ts";
import { createProgram } from "./program.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/**
 * Runs one command line and returns its exit code (exit.ts).
 *
 * @param args the arguments without the interpreter and the script
 */
export async function main(
  args: readonly string[] = process.argv.slice(2),
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const guarded = guardedTerminal(terminal);
  const isJson = args.includes("--json");
  try {
    await createProgram(guarded, { isJson }).parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return failed(error, guarded, isJson);
  }
}

function failed(error: unknown, terminal: Terminal, isJson: boolean): number {
  if (error instanceof ExitError) return error.code;
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const failure = failureOf(error);
  if (isJson) terminal.error(JSON.stringify({ error: failure }, undefined, 2));
  // The program has already printed the help.
  else if (!(error instanceof CommanderError && error.code === "commander.help")) {
    terminal.error(failureText(failure));
  }
  return failure.exitCode;
}
