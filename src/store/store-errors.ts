import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  StoreUnavailableError,
} from "../ops/errors.ts";
import { DRY_RUN_SQLSTATE, DryRunPassedError } from "./dry-run.ts";
import { NoteRequiredError } from "./note-required.ts";
import { isOutcomeUnknown, refusalText } from "./refusals.ts";
import { BrokenReferenceError, type ReferenceProblem, stillUsedText } from "./writes/reference-errors.ts";

/** A flag changed between the check of its values and the write. The check has to be made again. */
export class ChangedAfterCheckError extends ConflictError {}

/** An error of Postgres, as the Neon client passes it on. */
interface DatabaseError {
  code: string;
  message: string;
  detail?: string | null;
  constraint?: string | null;
}

interface Detail {
  version?: number | null;
  problems?: ReferenceProblem[];
  cycle?: string[];
}

/** Turns any value that a statement threw into an error of this project. Messages never contain parameters. */
export function storeError(thrown: unknown, attempt: "read" | "write" = "read"): Error {
  const cause = innermost(thrown);
  if (!isDatabaseError(cause)) return attempt === "read" ? unreachable(cause) : lostWrite(cause);
  const detail = parseDetail(cause.detail);
  switch (cause.code) {
    case DRY_RUN_SQLSTATE:
      return new DryRunPassedError();
    case "BG001":
    case "BG002":
    case "BG007":
      return new BrokenReferenceError(cause.message, detail.problems ?? [], detail.cycle);
    case "BG003":
      return new ConflictError(stillUsedText(detail.problems ?? []) ?? cause.message);
    case "BG004":
    case "BG006":
      return new ConflictError(cause.message, detail.version ?? undefined);
    case "BG005":
      // A write of the whole project has no environment, which the SQL function formats as an empty name.
      return new NotFoundError(cause.message.replace(/ in environment ""$/, ""));
    case "BG008":
      return new InvalidInputError([{ pointer: "", detail: cause.message }]);
    case "BG009":
      return new ForbiddenError(cause.message);
    case "BG010":
      return new NoteRequiredError(cause.message);
    case "BG011":
      return new ChangedAfterCheckError(cause.message);
    case "23505": // unique_violation
      return new ConflictError("it already exists");
    case "23503": // foreign_key_violation
      return new ConflictError("it is still in use, or its parent does not exist");
    case "40001": // serialization_failure
    case "40P01": // deadlock_detected
      return new ConflictError("another write changed the same data at the same time; nothing was changed");
    case "23502": // not_null_violation
    case "23514": // check_violation
      return new InvalidInputError([{ pointer: "", detail: `violates ${cause.constraint ?? "a constraint"}` }]);
    case "22P05": // untranslatable_character
      return new InvalidInputError([{ pointer: "", detail: "text must not contain the character U+0000" }]);
    case "21000": // cardinality_violation: one statement writes one row twice
      return new InvalidInputError([{ pointer: "", detail: "lists the same key twice" }]);
    default:
      // data_exception: a value that does not fit its column, although it passed validation
      if (cause.code.startsWith("22")) {
        return new InvalidInputError([
          { pointer: "", detail: `contains a value that cannot be stored (${cause.code})` },
        ]);
      }
      if (attempt === "write" && isOutcomeUnknown(cause.code)) return lostWrite(cause);
      return new StoreUnavailableError(refusalText(cause.code, attempt), { cause });
  }
}

function unreachable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError("the store cannot be reached", { cause });
}

/** The error of a write whose response was lost. The database may have committed it. */
export function lostWrite(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    "the store did not confirm the change, so it may have happened; read the resource before you repeat the request",
    { cause, mayHaveHappened: true },
  );
}

/** Unwraps an error of Drizzle, whose message contains the statement's parameters. */
function innermost(thrown: unknown): unknown {
  let error = thrown;
  while (error instanceof Error && error.message.startsWith("Failed query:") && error.cause !== undefined) {
    error = error.cause;
  }
  return error;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code)
  );
}

/** Parses the detail of an error. Our own SQL functions put JSON there, and Postgres puts text. */
function parseDetail(detail: string | null | undefined): Detail {
  if (!detail?.startsWith("{")) return {};
  try {
    return JSON.parse(detail) as Detail;
  } catch {
    return {};
  }
}
