import { CommanderError } from "commander";
import { ApiError, UnreachableError } from "../api-client/client.ts";
import { createProgram } from "./program.ts";
import { EXIT, ExitError, UsageError } from "./exit.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs one command line and answers its exit code (exit.ts). `args`: without the interpreter and the script. */
export async function main(
  args: readonly string[] = process.argv.slice(2),
  terminal: Terminal = processTerminal(),
): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return failed(error, terminal);
  }
}

function failed(error: unknown, terminal: Terminal): number {
  if (error instanceof ExitError) return error.code;
  // Commander has told what is wrong already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) return tell(terminal, error.message, EXIT.usage);
  if (error instanceof UnreachableError) return tell(terminal, error.message, EXIT.unreachable);
  if (error instanceof ApiError) {
    const fields = (error.problem.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || "/"} ${detail}`);
    const request = error.problem.requestId === undefined ? "" : `\n  request ${error.problem.requestId}`;
    const code = error.status === 409 || error.status === 412 ? EXIT.conflict : EXIT.refused;
    return tell(terminal, `${error.message} (${error.status})${fields.join("")}${request}`, code);
  }
  throw error;
}

function tell(terminal: Terminal, message: string, code: number): number {
  terminal.error(`burgee: ${message}`);
  return code;
}
