/** The exit codes, for scripts. */
export const EXIT = {
  ok: 0,
  /** The deployment refused the request: not allowed, not found or not valid. */
  refused: 1,
  /** The command line is wrong. Nothing was sent. */
  usage: 2,
  /** `diff` found differences. */
  different: 3,
  /** Someone else changed the same thing first. */
  conflict: 4,
  /** The deployment did not respond. */
  unreachable: 5,
} as const;

/** Ends the command with an exit code and without a message. */
export class ExitError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.name = "ExitError";
    this.code = code;
  }
}

/** The command line is wrong. The message says what is accepted. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Someone else changed the deployment while the command ran. */
export class ChangedMeanwhileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ChangedMeanwhileError";
  }
}
