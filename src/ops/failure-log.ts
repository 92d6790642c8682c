import { isWithin } from "./clock.ts";
import { errorFields, type Log, type LogFields } from "./log.ts";

/**
 * An operation has recovered after this long without a failure. With a shorter time, a backend that fails every
 * other time would log two lines each time.
 */
const RECOVERED_AFTER_MS = 10_000;

/** The failures of one operation since it last recovered. */
interface FailureRun {
  failures: number;
  since: number;
  lastAt: number;
  /** Whether the operation has worked since its last failure. */
  hasSucceeded: boolean;
}

/**
 * Logs when an operation begins to fail and when it has recovered, with the number of failures in between. An outage
 * is therefore two lines, not one line per request.
 */
export class FailureLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #runs = new Map<string, FailureRun>();

  /** `now` returns ms since epoch. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Counts a failure, and logs `<operation>_failed` if the operation was working until now. */
  failed(operation: string, error: unknown, fields: LogFields = {}): void {
    const now = this.#now();
    const run = this.#runs.get(operation);
    if (run !== undefined && !(run.hasSucceeded && !isWithin(run.lastAt, RECOVERED_AFTER_MS, now))) {
      run.failures += 1;
      run.lastAt = now;
      run.hasSucceeded = false;
      return;
    }
    this.#runs.set(operation, { failures: 1, since: now, lastAt: now, hasSucceeded: false });
    this.#log.warn(`${operation}_failed`, { ...fields, ...errorFields(error) });
  }

  /** Logs `<operation>_recovered` for the first success once the operation has recovered. */
  succeeded(operation: string): void {
    if (this.#runs.size === 0) return;
    const run = this.#runs.get(operation);
    if (run === undefined) return;
    run.hasSucceeded = true;
    if (isWithin(run.lastAt, RECOVERED_AFTER_MS, this.#now())) return;
    this.#runs.delete(operation);
    this.#log.info(`${operation}_recovered`, { failures: run.failures, failedForMs: run.lastAt - run.since });
  }
}
