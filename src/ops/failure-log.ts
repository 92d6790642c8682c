import { errorFields, type Log, type LogFields } from "./log.ts";

/** What has not failed for so long is well again (ms). Sooner, a backend that fails every other time would be two lines each time. */
const RECOVERED_AFTER_MS = 10_000;

interface Failing {
  failures: number;
  since: number;
  lastAt: number;
  /** It worked once since the last failure. */
  hasSucceeded: boolean;
}

/** Tells when something begins to fail and when it is well again, with a count: never once per request. */
export class FailureLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #failing = new Map<string, Failing>();

  /** `now`: ms since epoch. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Logs `<what>_failed` for the first failure since it last worked. */
  failed(what: string, error: unknown, fields: LogFields = {}): void {
    const now = this.#now();
    const failing = this.#failing.get(what);
    if (failing !== undefined && !(failing.hasSucceeded && now - failing.lastAt >= RECOVERED_AFTER_MS)) {
      failing.failures += 1;
      failing.lastAt = now;
      failing.hasSucceeded = false;
      return;
    }
    this.#failing.set(what, { failures: 1, since: now, lastAt: now, hasSucceeded: false });
    this.#log.warn(`${what}_failed`, { ...fields, ...errorFields(error) });
  }

  /** Logs `<what>_recovered` for the first success after failures have ceased. */
  succeeded(what: string): void {
    if (this.#failing.size === 0) return;
    const failing = this.#failing.get(what);
    if (failing === undefined) return;
    failing.hasSucceeded = true;
    if (this.#now() - failing.lastAt < RECOVERED_AFTER_MS) return;
    this.#failing.delete(what);
    this.#log.info(`${what}_recovered`, { failures: failing.failures, failedForMs: failing.lastAt - failing.since });
  }
}
