import { CommanderError } from "commander";
import { ApiError, UnreachableError } from "../sdk/client/client.ts";
import { ChangedMeanwhileError, EXIT, ExitError, UsageError } from "./exit.ts";
import { createProgram } from "./program.ts";
import { redact } from "../src/ops/redact.ts";
import { withoutTokens } from "./redact.ts";
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
  const guarded = withoutTokens(terminal);
  try {
    await createProgram(guarded).parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return failed(error, guarded, args.includes("--json"));
  }
}

/** An error in the form that `--json` prints on the standard error. */
interface Failure {
  message: string;
  exitCode: number;
  /** The status of the response, if there was one. */
  status?: number;
  /** The problems of each field, by JSON pointer. */
  errors?: { pointer: string; detail: string }[];
  requestId?: string;
}

function failed(error: unknown, terminal: Terminal, isJson: boolean): number {
  if (error instanceof ExitError) return error.code;
  // Commander has already printed the error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  terminal.error(redact(isJson ? JSON.stringify({ error: failure }, undefined, 2) : failureText(failure)));
  return failure.exitCode;
}

function failureOf(error: unknown): Failure | undefined {
  if (error instanceof UsageError) return { message: error.message, exitCode: EXIT.usage };
  if (error instanceof ChangedMeanwhileError) return { message: error.message, exitCode: EXIT.conflict };
  if (error instanceof UnreachableError) return { message: error.message, exitCode: EXIT.unreachable };
  if (!(error instanceof ApiError)) return undefined;
  const { status, message, problem } = error;
  return {
    message: status === 401 ? `${message}; set BURGEE_TOKEN, or see \`burgee profiles --help\`` : message,
    exitCode: status === 409 || status === 412 ? EXIT.conflict : EXIT.refused,
    status,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(problem.requestId === undefined ? {} : { requestId: problem.requestId }),
  };
}

function failureText({ message, status, errors = [], requestId }: Failure): string {
  return [
    `burgee: ${message}${status === undefined ? "" : ` (${status})`}`,
    ...errors.map(({ pointer, detail }) => `  ${pointer || "/"} ${detail}`),
    ...(requestId === undefined ? [] : [`  request ${requestId}`]),
  ].join("\n");
}
