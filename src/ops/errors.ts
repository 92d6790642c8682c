/** Errors that one folder throws and another handles. Only http/errors.ts gives them an HTTP status and a body. */

/** A cache tier could not be reached, or its reply made no sense. A miss is not an error. */
export class TierError extends Error {
  override readonly name = "TierError";
  /** The code of the reply (WRONGTYPE, OOM…) if the tier works and refused only this command. */
  readonly refusal: string | undefined;
  constructor(message: string, options: ErrorOptions & { refusal?: string | undefined } = {}) {
    super(message, options);
    this.refusal = options.refusal;
  }
}

/** The store (L3) could not be reached, or refused a statement. Callers may see the message. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  /** Whether a write has an unknown outcome: its response was lost, so the change may have happened. */
  readonly mayHaveHappened: boolean;
  constructor(
    message: string,
    { cause, mayHaveHappened = false }: { cause?: unknown; mayHaveHappened?: boolean } = {},
  ) {
    super(message, { cause });
    this.mayHaveHappened = mayHaveHappened;
  }
}

/** One problem with an input. */
export interface FieldError {
  /** JSON pointer (RFC 6901) to the field; "" points to the whole input. */
  pointer: string;
  /** Says why the field is rejected and which values are accepted. */
  detail: string;
}

/** An input was rejected, and nothing was changed. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(errors.map(({ pointer, detail }) => `${pointer || "/"}: ${detail}`).join("; "));
    this.errors = errors;
  }
}

/** Another write changed the resource first. `version` is the resource's current version. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  readonly version: number | undefined;
  constructor(message: string, version?: number) {
    super(message);
    this.version = version;
  }
}

/** The caller lacks the right to make a change. Nothing was changed. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
}

export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}
