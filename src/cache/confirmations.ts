/**
 * When one environment's head was confirmed, and which entries have outlived a gap between two confirmations that was
 * too long. Times in ms since epoch.
 */
export class Confirmations {
  readonly #maxGapMs: number;
  #checkedAt = 0;
  /** The last confirmation that the entries rest on. */
  #confirmedAt = 0;
  #isBehind = false;
  /** Entries stored before this have a gap behind them. */
  #unbrokenSince = 0;
  /** The latest time that was noticed. */
  #noticedAt = 0;

  /** `maxGapMs` is the longest gap between two confirmations that entries survive. */
  constructor(maxGapMs: number) {
    this.#maxGapMs = maxGapMs;
  }

  /** When the head was last confirmed; 0 if it never was. */
  get checkedAt(): number {
    return this.#checkedAt;
  }

  /** Whether the head that was checked last is behind the version known here. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * Records a confirmation. A time in the future is from before the clock was set back, and the new time replaces it.
   * A head that is behind the version known here does not count for the entries: it may be of a restored database, and
   * the isolate finds out only by reading them again.
   */
  confirm(readAt: number, now: number, isBehind: boolean): void {
    const at = Math.min(readAt, now);
    this.#checkedAt = this.#checkedAt > now ? at : Math.max(this.#checkedAt, at);
    if (at >= this.#checkedAt) this.#isBehind = isBehind;
    if (isBehind || at <= this.#confirmedAt) return;
    // An entry stored during the gap has only the rest of it behind itself.
    if (at - this.#confirmedAt > this.#maxGapMs) this.#unbrokenSince = at - this.#maxGapMs;
    this.#confirmedAt = at;
  }

  /** Whether a gap that was too long lies between the storing of an entry and now. */
  isBrokenSince(storedAt: number, now: number): boolean {
    if (storedAt < this.#unbrokenSince) return true;
    return now - this.#confirmedAt > this.#maxGapMs && now - storedAt > this.#maxGapMs;
  }

  /**
   * Notices the time. If the clock was set back, returns the new time of storing for an entry with an old one, so that
   * a gap in the new time ends the entry too; else `undefined`.
   */
  notice(now: number): ((storedAt: number) => number) | undefined {
    const isSetBack = now < this.#noticedAt;
    this.#noticedAt = now;
    if (!isSetBack) return undefined;
    const brokenBefore = this.#unbrokenSince;
    this.#unbrokenSince = Math.min(brokenBefore, now);
    this.#confirmedAt = Math.min(this.#confirmedAt, now);
    return (storedAt) => Math.min(storedAt, storedAt < brokenBefore ? this.#unbrokenSince - 1 : now);
  }
}
