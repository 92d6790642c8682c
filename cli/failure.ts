import { CommanderError } from "commander";
import { ApiError, UnreachableError, UnusableNameError } from "../sdk/client/client.ts";
import { ChangedMeanwhileError, InvalidFileError } from "../sdk/project/errors.ts";
import { redact } from "../src/ops/redact.ts";
import { oneLine } from "./text/escape.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { EXIT, RefusedError, UsageError } from "./exit.ts";

/** An error in the form that `--json` prints on the standard error. */
export interface Failure {
  message: string;
  exitCode: number;
  /** The status of the response, if there was one. */
  status?: number;
  /** The problems of each field, by JSON pointer. */
  errors?: { pointer: string; detail: string }[];
  requestId?: string;
}

/** Describes an error, without credentials. Every error has a description: a stack trace helps nobody here. */
export function failureOf(error: unknown): Failure {
  const { message, exitCode, status, errors, requestId } = described(error);
  const redacted = errors?.map(({ pointer, detail }) => ({ pointer: redact(pointer), detail: redact(detail) }));
  return {
    message: redact(message),
    exitCode,
    ...(status === undefined ? {} : { status }),
    ...(redacted === undefined ? {} : { errors: redacted }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function described(error: unknown): Failure {
  if (error instanceof CommanderError) return { message: commandLineText(error), exitCode: EXIT.usage };
  if (error instanceof UsageError || error instanceof InvalidFileError || error instanceof UnusableNameError)
    return { message: error.message, exitCode: EXIT.usage };
  if (error instanceof ChangedMeanwhileError) return { message: error.message, exitCode: EXIT.conflict };
  if (error instanceof UnreachableError) {
    const hint = error.mayHaveHappened ? UNKNOWN_OUTCOME : "";
    return { message: oneLine(error.message) + hint, exitCode: EXIT.unreachable };
  }
  if (error instanceof ApiError) return refusalOf(error);
  if (error instanceof RefusedError) return { message: error.message, exitCode: EXIT.refused };
  const { code, message } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException;
  // A file that cannot be written, for example.
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return { message, exitCode: EXIT.usage };
  return { message: `unexpected error: ${oneLine(message)}; please report it`, exitCode: EXIT.refused };
}

const UNKNOWN_OUTCOME = "; the change may have been made, so check before you repeat it";

function refusalOf(error: ApiError): Failure {
  const { status, message, problem, mayHaveHappened } = error;
  // If the worker itself reports an unknown outcome, its message already says so.
  const hint = mayHaveHappened && problem.mayHaveHappened !== true ? UNKNOWN_OUTCOME : "";
  return {
    message: status === 401 ? signInText(message) : oneLine(message) + (isForNote(error) ? ADD_NOTE : hint),
    exitCode: exitCodeOf(error),
    status,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(problem.requestId === undefined ? {} : { requestId: problem.requestId }),
  };
}

const ADD_NOTE = '; run the command again with --note "why you make this change"';

/** Whether an environment requires a note, which the command did not have. */
function isForNote({ status, message }: ApiError): boolean {
  return status === 428 && message.includes("X-Change-Note");
}

function exitCodeOf({ status, message, problem, mayHaveHappened }: ApiError): number {
  if (mayHaveHappened || status === 429) return EXIT.unreachable;
  const isOvertaken =
    status === 412 || (status === 409 && (problem.version !== undefined || message.startsWith("another write ")));
  return isOvertaken ? EXIT.conflict : EXIT.refused;
}

function signInText(message: string): string {
  const advice = "set BURGEE_TOKEN to an admin token of this deployment, or see `burgee profiles --help`";
  // Without a token, the deployment says which header it wants, which is of no use here.
  return message.includes("Authorization") ? advice : `${advice}: ${oneLine(message)}`;
}

/** Turns commander's messages into the form of all others. */
function commandLineText({ message, code }: CommanderError): string {
  if (code === "commander.help") return "a command is missing; --help lists the commands";
  const [, wrong = "", suggested = ""] = /'([^']*)'\n\(Did you mean (?:one of )?([^)]+)\?\)$/.exec(message) ?? [];
  return message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean [^)]+\)$/, "")
    .replace(
      /( is invalid(?: for argument '[^']*')?)\. (.)/,
      (_, start: string, letter: string) => `${start}: ${letter.toLowerCase()}`,
    )
    .replace(/\.$/, "")
    .concat(didYouMean(nearest(wrong, suggested.split(", "))));
}

export function failureText({ message, status, errors = [], requestId }: Failure): string {
  return [
    `burgee: ${message}${status === undefined ? "" : ` (${status})`}`,
    ...errors.map(({ pointer, detail }) => `  ${oneLine(pointer) || "/"} ${oneLine(detail)}`),
    ...(requestId === undefined ? [] : [`  request ${oneLine(requestId)}`]),
  ].join("\n");
}
