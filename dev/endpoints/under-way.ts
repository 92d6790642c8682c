/** Requests that an endpoint has at the same time. Those with one and the same body are alike: one read of one key. */
export interface UnderWayStats {
  /** Most at once … */
  peak: number;
  /** … and most alike at once. */
  peakAlike: number;
  /** Most alike in all, one after another too. */
  mostAlike: number;
  /** Different bodies. */
  kinds: number;
}

interface Kind {
  now: number;
  total: number;
}

/** Counts from the whole request to the end of the answer, or to the end of whoever waited for one. */
export class UnderWay {
  #kinds = new Map<string, Kind>();
  #now = 0;
  #peak = 0;
  #peakAlike = 0;

  /** Answers what to call when it is over. */
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

  /** What is under way now is counted on. */
  reset(): void {
    this.#kinds = new Map([...this.#kinds].flatMap(([body, kind]) => (kind.now > 0 ? [[body, kind]] : [])));
    for (const kind of this.#kinds.values()) kind.total = kind.now;
    this.#peak = this.#now;
    this.#peakAlike = Math.max(0, ...[...this.#kinds.values()].map(({ now }) => now));
  }
}
