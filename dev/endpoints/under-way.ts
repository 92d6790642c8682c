/** Statistics of concurrent requests. Requests with the same body are alike, for example reads of the same key. */
export interface UnderWayStats {
  /** The most requests at the same time. */
  peak: number;
  /** The most alike requests at the same time. */
  peakAlike: number;
  /** The most alike requests in total, at any time. */
  mostAlike: number;
  /** The number of different bodies. */
  kinds: number;
}

interface Kind {
  now: number;
  total: number;
}

/** Counts the requests under way: from the last byte of the request until the response or its connection ends. */
export class UnderWay {
  #kinds = new Map<string, Kind>();
  #now = 0;
  #peak = 0;
  #peakAlike = 0;

  /** Returns a function to call when the request is over. */
  begin(body: string): () => void {
    const kind = this.#kinds.get(body) ?? { now: 0, total: 0 };
    this.#kinds.set(body, kind);
    kind.now++;
    kind.total++;
    this.#now++;
    this.#peak = Math.max(this.#peak, this.#now);
    this.#peakAlike = Math.max(this.#peakAlike, kind.now);
    return () => {
      kind.now--;
      this.#now--;
    };
  }

  stats(): UnderWayStats {
    let mostAlike = 0;
    for (const { total } of this.#kinds.values()) mostAlike = Math.max(mostAlike, total);
    return { peak: this.#peak, peakAlike: this.#peakAlike, mostAlike, kinds: this.#kinds.size };
  }

  /** Starts new statistics, in which the requests under way now still count. */
  reset(): void {
    this.#kinds = new Map([...this.#kinds].flatMap(([body, kind]) => (kind.now > 0 ? [[body, kind]] : [])));
    for (const kind of this.#kinds.values()) kind.total = kind.now;
    this.#peak = this.#now;
    this.#peakAlike = Math.max(0, ...[...this.#kinds.values()].map(({ now }) => now));
  }
}
