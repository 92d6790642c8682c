/** Percentiles of some times (ms). */
export interface Percentiles {
  count: number;
  p50: number;
  p99: number;
  p999: number;
  max: number;
}

export function percentilesOf(times: readonly number[]): Percentiles {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** How changes arrived. */
export interface PropagationResult {
  /**
   * From the commit to the data centre's last response without the change. Only pairs of a change and a data centre in
   * which there was such a response: idle data centres would make the figures look better.
   */
  lastOld: Percentiles;
  /** From the commit to the data centre's first response with the change. It includes the wait for a request. */
  firstNew: Percentiles;
  /** From the commit to the last response anywhere without the change; 0 if there was none. One for each change. */
  everywhere: Percentiles;
}

/** Records when each change was seen in each data centre. */
export class Propagation {
  readonly #dataCentres: number;
  readonly #firstVersion: number;
  /** For each change and data centre: ms after the commit; -1 if there was no such response. */
  readonly #lastOld: Float32Array;
  readonly #firstNew: Float32Array;
  readonly #changes: number;

  constructor({ firstVersion, changes, dataCentres }: { firstVersion: number; changes: number; dataCentres: number }) {
    this.#firstVersion = firstVersion;
    this.#changes = changes;
    this.#dataCentres = dataCentres;
    this.#lastOld = new Float32Array(changes * dataCentres).fill(-1);
    this.#firstNew = new Float32Array(changes * dataCentres).fill(-1);
  }

  /** Records a response of `version` to a request made at `now`, when `newest` was the newest version. */
  record(
    dataCentre: number,
    version: number,
    newest: number,
    now: number,
    committedAt: (version: number) => number,
  ): void {
    for (let late = Math.max(version + 1, this.#firstVersion); late <= newest; late++) {
      const i = this.#indexOf(late, dataCentre);
      this.#lastOld[i] = Math.max(this.#lastOld[i] ?? -1, now - committedAt(late));
    }
    for (let seen = version; seen >= this.#firstVersion; seen--) {
      const i = this.#indexOf(seen, dataCentre);
      if ((this.#firstNew[i] ?? 0) >= 0) return;
      this.#firstNew[i] = Math.max(0, now - committedAt(seen));
    }
  }

  result(): PropagationResult {
    const changes = Array.from({ length: this.#changes }, (_, i) =>
      this.#lastOld.subarray(i * this.#dataCentres, (i + 1) * this.#dataCentres),
    );
    return {
      lastOld: percentilesOf([...this.#lastOld].filter((ms) => ms >= 0)),
      firstNew: percentilesOf([...this.#firstNew].filter((ms) => ms >= 0)),
      everywhere: percentilesOf(changes.map((each) => Math.max(0, ...each))),
    };
  }

  #indexOf(version: number, dataCentre: number): number {
    return (version - this.#firstVersion) * this.#dataCentres + dataCentre;
  }
}
