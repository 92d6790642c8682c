import type { FailureLog } from "../ops/failure-log.ts";
import { errorFields, type Log } from "../ops/log.ts";
import type { HttpError } from "./errors.ts";

/** Logs an outage when it begins, but a defect each time, because the response names only the request's id. */
export function logFailure(error: HttpError, requestId: string, failures: FailureLog, log: Log): void {
  const { status, cause = error } = error;
  if (status === 503) failures.failed("request", cause, { requestId, status });
  else log.error("request_failed", { requestId, status, ...errorFields(cause) });
}
