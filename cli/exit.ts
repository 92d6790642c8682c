/** What a script can tell apart. */
export const EXIT = {
  ok: 0,
  /** The deployment refused: not allowed, not found, not valid. */
  refused: 1,
  /** The command line itself is wrong; nothing was sent. */
  usage: 2,
  /** `diff` found differences. */
  different: 3,
  /** Somebody else was first. */
  conflict: 4,
  /** No answer of the deployment. */
  unreachable: 5,
} as const;

/** Ends the command with a code after everything has been said. */
export class ExitError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.name = "ExitError";
    this.code = code;
  }
}

/** The command line cannot be carried out as it is; the message says what is accepted. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Somebody else wrote while this was going on. */
export class ChangedMeanwhileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ChangedMeanwhileError";
  }
}
