import type { CompiledFlag, Resolution } from "../../src/evaluation/types.ts";
import type { Clock } from "../../src/ops/clock.ts";

/** A report has this many counts at most, and the deployment refuses more. */
const MAX_COUNTS = 1000;
/** Reports that wait for a deployment that does not respond. Beyond them, the oldest is dropped. */
const MAX_WAITING = 20;
/** Different counts between two reports. Beyond them, evaluations are not counted. */
const MAX_COUNTERS = 10_000;
/** A report that waits for longer is dropped, because the deployment might count it again (ms). */
const MAX_AGE_MS = 12 * 3_600_000;
/** The last report may take this long (ms). */
const LAST_REPORT_MS = 3000;
/** A deployment that takes no reports is asked again after this (ms). */
const NO_REPORTS_MS = 3_600_000;

/** Statuses after which the same report may succeed. */
const TEMPORARY = new Set([401, 403, 408, 425, 429]);

interface Counter {
  flag: string;
  variant: string | null;
  rule: string | null;
  used: number;
  requested: number;
}

interface Report {
  body: string;
  /** ms since epoch. */
  madeAt: number;
}

export interface UsageReporterOptions {
  /** Sends a report, and returns the status of the response. */
  send: (body: string, signal: AbortSignal) => Promise<number>;
  /** The time between two reports (ms). 0 switches counting off. */
  everyMs: number;
  clock: Clock;
  random: () => number;
  /** Returns an id that nobody has used before. */
  newId?: () => string;
}

/**
 * Counts the evaluations in this process, and reports them to the deployment now and then. A report that fails is sent
 * again with the same id, so that it counts once. Nothing here throws, and no evaluation waits for it.
 */
export class UsageReporter {
  readonly #options: UsageReporterOptions;
  #byOutcome = new WeakMap<object, Counter>();
  #counters: Counter[] = [];
  #waiting: Report[] = [];
  #isRunning = false;
  #notBefore = 0;

  constructor(options: UsageReporterOptions) {
    this.#options = options;
  }

  /** Counts an evaluation: of one flag, or of all. */
  count(flag: CompiledFlag, resolution: Resolution, kind: "used" | "requested"): void {
    if (this.#options.everyMs === 0) return;
    // A flag returns the same resolution each time. Flags share those of errors.
    const outcome = resolution.reason === "ERROR" ? flag : resolution;
    const counter = this.#byOutcome.get(outcome) ?? this.#newCounter(flag, resolution, outcome);
    if (counter !== undefined) counter[kind]++;
  }

  /** Reports until the signal aborts. Does not reject. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs, clock, random } = this.#options;
    if (everyMs === 0 || this.#isRunning) return;
    this.#isRunning = true;
    while (!signal.aborted) {
      // Processes that start together do not report together.
      await clock.sleep(everyMs * (0.75 + random() / 2), signal);
      if (!signal.aborted) await this.#report(signal);
    }
  }

  /** Reports one last time, if there is time. Does not reject. */
  async close(): Promise<void> {
    const { clock, everyMs } = this.#options;
    if (everyMs === 0) return;
    this.#take();
    if (this.#waiting.length === 0) return;
    const ending = new AbortController();
    await Promise.race([this.#send(ending.signal), clock.sleep(LAST_REPORT_MS, ending.signal)]);
    ending.abort();
  }

  #newCounter(
    { key: flag }: CompiledFlag,
    resolution: Resolution & { variant?: string; ruleId?: string },
    outcome: object,
  ): Counter | undefined {
    if (this.#counters.length >= MAX_COUNTERS) return undefined;
    const { variant = null, ruleId: rule = null } = resolution;
    const counter = { flag, variant, rule, used: 0, requested: 0 };
    this.#counters.push(counter);
    this.#byOutcome.set(outcome, counter);
    return counter;
  }

  async #report(signal: AbortSignal): Promise<void> {
    this.#take();
    if (this.#options.clock.now() >= this.#notBefore) await this.#send(signal);
  }

  /** Makes reports of the counts. They belong to the hour in which they are taken. */
  #take(): void {
    const { clock, newId = () => globalThis.crypto.randomUUID() } = this.#options;
    const madeAt = clock.now();
    const at = new Date(madeAt).toISOString();
    const counts = [...merged(this.#counters)];
    this.#counters = [];
    this.#byOutcome = new WeakMap();
    for (let i = 0; i < counts.length; i += MAX_COUNTS) {
      const part = counts.slice(i, i + MAX_COUNTS).map((counter) => ({ ...counter, at }));
      this.#waiting.push({ body: JSON.stringify({ batch: newId(), counts: part }), madeAt });
    }
    this.#waiting = this.#waiting.filter((report) => madeAt - report.madeAt < MAX_AGE_MS).slice(-MAX_WAITING);
  }

  async #send(signal: AbortSignal): Promise<void> {
    try {
      for (let report = this.#waiting[0]; report !== undefined; report = this.#waiting[0]) {
        const status = await this.#options.send(report.body, signal);
        // A deployment of an earlier version has no such route.
        if (status === 404 || status === 405) this.#notBefore = this.#options.clock.now() + NO_REPORTS_MS;
        else if (status >= 500 || TEMPORARY.has(status)) return;
        if (this.#waiting[0] === report) this.#waiting.shift();
      }
    } catch {
      // The next attempt sends it again.
    }
  }
}

/** Returns one counter for each name: a flag that changed has several. */
function merged(counters: readonly Counter[]): Iterable<Counter> {
  const byName = new Map<string, Counter>();
  for (const counter of counters) {
    const name = JSON.stringify([counter.flag, counter.variant, counter.rule]);
    const held = byName.get(name);
    if (held === undefined) byName.set(name, counter);
    else {
      held.used += counter.used;
      held.requested += counter.requested;
    }
  }
  return byName.values();
}
