/** The exit codes, for scripts. */
export const EXIT = {
  ok: 0,
  /**
   * The deployment refused the request: not allowed, not found, not valid, already existing, or still in use. Also the
   * result of `evaluate --exit-code` if a value is not true.
   */
  refused: 1,
  /** The command line is wrong. Nothing was sent. */
  usage: 2,
  /**
   * `diff`, `import --verify`, `shadow` or a `--check` found differences, `test` failed, or `import` or `export` left
   * flags out.
   */
  different: 3,
  /** Someone else changed the same thing first. */
  conflict: 4,
  /** Burgee did not respond, there were too many requests, or nobody knows whether the change was made. */
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

/** The state of the deployment does not allow the command. The message says what to do. */
export class RefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RefusedError";
  }
}

/** The command line is wrong. The message says what is accepted. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
