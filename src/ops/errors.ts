/** Errors that travel between folders. HTTP status and body are decided once, in http/errors.ts. */

/** A cache tier did not answer, or answered nonsense. Never a miss. */
export class TierError extends Error {
  override readonly name = "TierError";
}

/** The store (L3) did not answer. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** What is wrong with one field of an input. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the input, "" for the whole. */
  pointer: string;
  /** What is wrong and what is accepted. */
  detail: string;
}

/** An input that cannot be accepted; nothing was changed. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(errors.map((e) => `${e.pointer || "/"}: ${e.detail}`).join("; "));
    this.errors = errors;
  }
}

/** Someone else changed the thing first. `version` is the current one. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  readonly version: number | undefined;
  constructor(message: string, version?: number) {
    super(message);
    this.version = version;
  }
}

export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}
