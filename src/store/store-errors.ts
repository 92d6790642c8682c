import { ConflictError, InvalidInputError, NotFoundError, StoreUnavailableError } from "../ops/errors.ts";
import { BrokenReferenceError, type ReferenceProblem } from "./writes/reference-errors.ts";

/** What Postgres tells of an error, as the Neon client hands it on. */
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

/** The project's error for whatever a statement threw. Parameters of statements never get into messages. */
export function storeError(thrown: unknown): Error {
  const cause = innermost(thrown);
  if (!isDatabaseError(cause)) return new StoreUnavailableError("the store did not answer", { cause });
  const detail = parseDetail(cause.detail);
  switch (cause.code) {
    case "BG001":
    case "BG002":
    case "BG007":
      return new BrokenReferenceError(cause.message, detail.problems ?? [], detail.cycle);
    case "BG003":
    case "BG004":
    case "BG006":
      return new ConflictError(cause.message, detail.version ?? undefined);
    case "BG005":
      return new NotFoundError(cause.message);
    case "23505": // unique_violation
      return new ConflictError("it exists already");
    case "23503": // foreign_key_violation
      return new ConflictError("it is still in use, or what it belongs to does not exist");
    case "40001": // serialization_failure
    case "40P01": // deadlock_detected
      return new ConflictError("someone else was changing the same thing at the same time; nothing was changed");
    case "23502": // not_null_violation
    case "23514": // check_violation
      return new InvalidInputError([{ pointer: "", detail: `refused by ${cause.constraint ?? "a constraint"}` }]);
    case "22P05": // untranslatable_character
      return new InvalidInputError([{ pointer: "", detail: "text cannot hold the character U+0000" }]);
    case "21000": // cardinality_violation: one statement writes one thing twice
      return new InvalidInputError([{ pointer: "", detail: "names the same thing twice" }]);
    default:
      // data_exception: a value that fits no column, whatever the checks before have let through
      if (cause.code.startsWith("22")) {
        return new InvalidInputError([{ pointer: "", detail: `holds a value that cannot be stored (${cause.code})` }]);
      }
      return new StoreUnavailableError(`the store failed with SQLSTATE ${cause.code}`, { cause });
  }
}

/** Drizzle wraps an error in one whose message holds the statement's parameters; only the innermost is kept. */
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

/** Only our own errors carry JSON there; Postgres writes prose. */
function parseDetail(detail: string | null | undefined): Detail {
  if (!detail?.startsWith("{")) return {};
  try {
    return JSON.parse(detail) as Detail;
  } catch {
    return {};
  }
}
