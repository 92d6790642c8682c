import type { FieldError } from "../ops/errors.ts";
import { redact } from "../ops/redact.ts";
import { percentDecoded } from "../ops/percent-decoded.ts";
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  StoreUnavailableError,
  TierError,
} from "../ops/errors.ts";
import { FlightLateError } from "../resilience/single-flight.ts";
import { LoadLimitError, MinVersionError, UnavailableError } from "../delivery/request-scope.ts";
import type { ErrorCode } from "../evaluation/types.ts";
import { CORS_HEADERS } from "./cors.ts";
import { requestId } from "./request-id.ts";

/** The message of an error whose cause the caller must not learn. */
const INTERNAL_ERROR = "internal error";

interface HttpErrorOptions {
  code?: ErrorCode;
  headers?: Record<string, string>;
  errors?: FieldError[];
  mayHaveHappened?: boolean;
  /** The status under which the metrics count it, if it differs from that of the response. */
  countedAs?: number;
  cause?: unknown;
}

/** An error response. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Record<string, string>;
  readonly errors: FieldError[];
  /** Whether a write has an unknown outcome. The body of the response says so. */
  readonly mayHaveHappened: boolean;
  /** The status under which the metrics count it. */
  readonly countedAs: number;
  constructor(status: number, detail: string, options: HttpErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.countedAs = options.countedAs ?? status;
    this.mayHaveHappened = options.mayHaveHappened ?? false;
    this.status = status;
    this.code = options.code ?? "GENERAL";
    this.headers = options.headers ?? {};
    this.errors = options.errors ?? [];
  }
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  428: "Precondition Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Turns any thrown value into an error response. The message of an unknown error never leaves the worker. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const cause = error;
  if (error instanceof InvalidInputError) {
    return new HttpError(422, "the input is not valid", { code: "PARSE_ERROR", errors: error.errors, cause });
  }
  if (error instanceof ConflictError) return new HttpError(409, redact(error.message), { cause });
  if (error instanceof ForbiddenError) return new HttpError(403, redact(error.message), { cause });
  if (error instanceof NotFoundError) return new HttpError(404, redact(error.message), { cause });
  if (error instanceof MinVersionError) {
    return new HttpError(503, redact(error.message), {
      headers: { "retry-after": "1", "x-flags-version": String(error.version) },
      cause,
    });
  }
  if (error instanceof LoadLimitError) return new HttpError(429, error.message, { headers: { "retry-after": "1" } });
  if (error instanceof UnavailableError)
    return new HttpError(503, redact(error.message), { headers: { "retry-after": "1" }, cause });
  if (error instanceof StoreUnavailableError) {
    const { mayHaveHappened } = error;
    return new HttpError(503, redact(error.message), { headers: { "retry-after": "1" }, mayHaveHappened, cause });
  }
  if (error instanceof TierError || error instanceof FlightLateError) {
    return new HttpError(503, "the store cannot be reached", { headers: { "retry-after": "1" }, cause });
  }
  return new HttpError(500, INTERNAL_ERROR, { cause });
}

/** Renders an error as problem+json (RFC 9457), the form of every route except OFREP's. */
export function problemResponse(error: HttpError, requestId: string): Response {
  const body = {
    type: "about:blank",
    title: TITLES[error.status] ?? "Error",
    status: error.status,
    detail: error.message,
    requestId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.mayHaveHappened ? { mayHaveHappened: true } : {}),
  };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": requestId,
      ...error.headers,
    },
  });
}

/** Responds if a setting is missing or malformed. `problem` names the settings, and never their values. */
export function misconfigured(request: Request, problem: string): Response {
  const error = new HttpError(500, `this deployment is misconfigured: ${problem}`);
  return errorResponse(error, request, new URL(request.url).pathname.replaceAll(/\/{2,}/g, "/"));
}

/** Renders an error in the form of its path. Browsers may read the errors of all evaluation routes. */
export function errorResponse(error: HttpError, request: Request, path: string): Response {
  const id = requestId(request);
  if (isOfrepPath(path)) return ofrepErrorResponse(error, id, ofrepRoute(path).key);
  const response = problemResponse(error, id);
  const isEvaluation = /^\/flags(?:\/[^/]+)?\/?$/.test(path);
  if (isEvaluation) for (const [name, value] of Object.entries(CORS_HEADERS)) response.headers.set(name, value);
  return response;
}

/** @param allow the methods of the resource, as in the header `Allow` */
export function methodNotAllowed(method: string, allow: string): HttpError {
  return new HttpError(405, `${method} is not allowed here; use one of ${allow}`, {
    headers: { allow },
  });
}

/** Whether errors of the path have OFREP's form. */
export function isOfrepPath(path: string): boolean {
  return path === "/ofrep" || path.startsWith("/ofrep/");
}

/** Returns whether a path is an evaluation route of OFREP, and the key of the flag that it names. */
export function ofrepRoute(path: string): { isEvaluation: boolean; key: string | undefined } {
  const match = /^\/ofrep\/v1\/evaluate\/flags(?:\/([^/]+))?\/?$/.exec(path);
  return { isEvaluation: match !== null, key: match?.[1] && percentDecoded(match[1]) };
}

/**
 * Renders an error in OFREP's form, readable across origins. `key` is `undefined` for bulk evaluations, whose strict
 * decoders accept no other fields.
 */
export function ofrepErrorResponse(error: HttpError, requestId: string, key: string | undefined): Response {
  const details = error.message === INTERNAL_ERROR ? `internal error ${requestId}` : detailsOf(error);
  const body =
    key === undefined
      ? { errorCode: error.code, errorDetails: details }
      : { key, errorCode: error.code, errorDetails: details, metadata: {} };
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-request-id": requestId,
      ...CORS_HEADERS,
      ...error.headers,
    },
  });
}

function detailsOf(error: HttpError): string {
  if (error.errors.length === 0) return error.message;
  return error.errors.map(({ pointer, detail }) => (pointer === "" ? detail : `${pointer}: ${detail}`)).join("; ");
}
