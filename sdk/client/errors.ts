import type { Problem } from "./contract.ts";

interface ApiErrorOptions {
  /** The header Retry-After, in seconds. */
  retryAfterSeconds?: number | undefined;
  /** Whether the change may have been made although the call failed. */
  mayHaveHappened?: boolean;
}

/** The deployment refused a call. The error has the status and the problems of each field. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;
  /** How long to wait before the next try; `undefined` if the deployment does not say. */
  readonly retryAfterSeconds: number | undefined;
  readonly mayHaveHappened: boolean;

  constructor(status: number, problem: Partial<Problem>, options: ApiErrorOptions = {}) {
    super(problem.detail ?? problem.title ?? `the response has status ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.mayHaveHappened = options.mayHaveHappened ?? false;
  }
}

/** No response arrived, or the response did not come from Burgee. */
export class UnreachableError extends Error {
  /** Whether the request may have made a change in spite of the error. */
  readonly mayHaveHappened: boolean;

  constructor(
    message: string,
    { cause, mayHaveHappened = false }: { cause?: unknown; mayHaveHappened?: boolean } = {},
  ) {
    super(message, { cause });
    this.name = "UnreachableError";
    this.mayHaveHappened = mayHaveHappened;
  }
}

/** A name that cannot be part of a path: empty, or dots, which would name another resource. Nothing was sent. */
export class UnusableNameError extends Error {
  constructor(name: string) {
    super(`${JSON.stringify(name)} is not a valid key or id`);
    this.name = "UnusableNameError";
  }
}
