/** Where an evaluation's answer came from, nearest first. `stale`: from memory, because nothing else could be asked. */
export const ANSWER_SOURCES = ["L1", "L2", "L3", "snapshot", "stale", "edge"] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];

/** How a read of a tier behind the memory ended. `missing`: it answered, and lacked something. */
export const TIER_OUTCOMES = ["ok", "missing", "failed"] as const;
export type TierOutcome = (typeof TIER_OUTCOMES)[number];
export type RemoteTier = "L2" | "L3";

/** Cloudflare's Analytics Engine binding. */
export interface PointSink {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** One point stands for so many requests, so that a point's price is spread over them. */
const REQUESTS_PER_POINT = 100;

/** Counters of one isolate, since it started. Counting is an increment: it happens on every request. */
export class Metrics {
  readonly answers: Record<AnswerSource, number> = { L1: 0, L2: 0, L3: 0, snapshot: 0, stale: 0, edge: 0 };
  readonly reads: Record<RemoteTier, Record<TierOutcome, number>> = {
    L2: { ok: 0, missing: 0, failed: 0 },
    L3: { ok: 0, missing: 0, failed: 0 },
  };
  /** Evaluation requests that were answered with a problem, by status. */
  readonly problems = new Map<number, number>();
  readonly #sink: PointSink | undefined;
  readonly #prefix: string;
  #sincePoint = 0;
  #lastPoint: number[] = [];

  /** `prefix`: tells deployments that share a data set apart. */
  constructor(sink?: PointSink, prefix = "") {
    this.#sink = sink;
    this.#prefix = prefix;
  }

  answered(source: AnswerSource): void {
    this.answers[source]++;
    if (++this.#sincePoint >= REQUESTS_PER_POINT) this.#writePoint();
  }

  refused(status: number): void {
    this.problems.set(status, (this.problems.get(status) ?? 0) + 1);
    // An unknown flag is an answer too, and was counted as one.
    if (status !== 404 && ++this.#sincePoint >= REQUESTS_PER_POINT) this.#writePoint();
  }

  /** Sums since the last point: nothing about any flag, key or caller. */
  #writePoint(): void {
    this.#sincePoint = 0;
    if (this.#sink === undefined) return;
    const totals = this.#totals();
    const doubles = totals.map((total, i) => total - (this.#lastPoint[i] ?? 0));
    this.#lastPoint = totals;
    try {
      this.#sink.writeDataPoint({ indexes: [this.#prefix], blobs: ["evaluation"], doubles });
    } catch {
      // Past the runtime's allowance of points: numbers are missing, answers are not.
    }
  }

  /** In the order that docs/production.md gives. */
  #totals(): number[] {
    let refused = 0;
    let failed = 0;
    for (const [status, count] of this.problems) {
      if (status >= 500) failed += count;
      else refused += count;
    }
    return [
      ...ANSWER_SOURCES.map((source) => this.answers[source]),
      refused,
      failed,
      this.reads.L2.failed,
      this.reads.L3.failed,
    ];
  }
}
