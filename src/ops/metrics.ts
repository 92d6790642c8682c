/**
 * The sources of evaluation results. `stale` means that memory was used because its version could not be confirmed;
 * `data-centre` means flags and `edge` a whole response that the data centre had stored.
 */
const RESULT_SOURCES = ["L1", "data-centre", "L2", "L3", "snapshot", "stale", "edge"] as const;
export type ResultSource = (typeof RESULT_SOURCES)[number];

/** The outcomes of a read from Redis or Postgres. `missing` means that the read worked but did not find everything. */
const TIER_OUTCOMES = ["ok", "missing", "failed"] as const;
export type TierOutcome = (typeof TIER_OUTCOMES)[number];
export type RemoteTier = "L2" | "L3";

/** Cloudflare's binding for Analytics Engine. */
export interface PointSink {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** The number of requests that one point describes. A point has a price, and this spreads it. */
const REQUESTS_PER_POINT = 100;

/** The counters of one isolate since it started. Counting happens on every request, so it is only an increment. */
export class Metrics {
  readonly results: Record<ResultSource, number> = {
    L1: 0,
    "data-centre": 0,
    L2: 0,
    L3: 0,
    snapshot: 0,
    stale: 0,
    edge: 0,
  };
  readonly reads: Record<RemoteTier, Record<TierOutcome, number>> = {
    L2: { ok: 0, missing: 0, failed: 0 },
    L3: { ok: 0, missing: 0, failed: 0 },
  };
  /** Evaluation requests that failed, by HTTP status. */
  readonly problems = new Map<number, number>();
  readonly #sink: PointSink | undefined;
  readonly #prefix: string;
  #sincePoint = 0;
  #lastPoint: number[] = [];

  /** `prefix` distinguishes deployments that share a data set. */
  constructor(sink?: PointSink, prefix = "") {
    this.#sink = sink;
    this.#prefix = prefix;
  }

  countResult(source: ResultSource): void {
    this.results[source]++;
    if (++this.#sincePoint >= REQUESTS_PER_POINT) this.#writePoint();
  }

  countProblem(status: number): void {
    this.problems.set(status, (this.problems.get(status) ?? 0) + 1);
    // A request for an unknown flag has a result as well, so countResult has counted it.
    if (status !== 404 && ++this.#sincePoint >= REQUESTS_PER_POINT) this.#writePoint();
  }

  /** Writes the sums since the last point. A point says nothing about any flag, key or caller. */
  #writePoint(): void {
    this.#sincePoint = 0;
    if (this.#sink === undefined) return;
    const totals = this.#totals();
    const doubles = totals.map((total, i) => total - (this.#lastPoint[i] ?? 0));
    this.#lastPoint = totals;
    try {
      this.#sink.writeDataPoint({ indexes: [this.#prefix], blobs: ["evaluation"], doubles });
    } catch {
      // The runtime limits the number of points. Losing a point must not fail the request.
    }
  }

  /** Returns the totals in the order that docs/production.md lists. */
  #totals(): number[] {
    let refused = 0;
    let failed = 0;
    for (const [status, count] of this.problems) {
      if (status >= 500) failed += count;
      else refused += count;
    }
    return [
      ...RESULT_SOURCES.filter((source) => source !== "data-centre").map((source) => this.results[source]),
      refused,
      failed,
      this.reads.L2.failed,
      this.reads.L3.failed,
      this.results["data-centre"],
    ];
  }
}
