import { clockFormat } from "../../flags/windows/time-zone.ts";
import { SharedValues } from "../../flags/shared-values.ts";
import { CompileError } from "../compile-error.ts";

export const DAY_MS = 86_400_000;

/** The number of days whose offsets a clock remembers. A search for a window asks about fewer. */
const MAX_DAYS = 64;

/** A format takes tens of KiB, so there is one for each time zone. */
const shared = new SharedValues<ZoneClock>();

/** Returns the clock of a time zone. Throws CompileError if the runtime does not know the zone. */
export function clockOf(timeZone: string): ZoneClock {
  return shared.getOrMake(timeZone, () => {
    const format = clockFormat(timeZone);
    if (format === undefined) throw new CompileError(`unknown time zone ${JSON.stringify(timeZone)}`);
    return new ZoneClock(format);
  });
}

/** The clock on the wall in a time zone. It shows local times: ms since 1970 as if the zone were UTC. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** Offsets at midnight UTC, by days since 1970, because windows of one zone ask about the same days. */
  readonly #offsets = new Map<number, number>();

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** Returns the local time at an instant, from 1969 on. */
  localAt(instant: number): number {
    return instant + this.#offsetAt(instant);
  }

  /**
   * Returns the first instant at which the clock shows a local time or a later one. A time that is skipped moves to the
   * end of the gap, and of a repeated one the first counts.
   */
  instantOf(local: number): number {
    // Offsets are within a day, and no zone changes its offset twice in three days.
    const day = Math.floor(local / DAY_MS);
    const before = this.#offsetOn(day - 1);
    const after = this.#offsetOn(day + 2);
    const early = local - before;
    if (before === after || this.#offsetAt(early) === before) return early;
    const late = local - after;
    return this.#offsetAt(late) === after ? late : this.#changeIn((day - 1) * DAY_MS, (day + 2) * DAY_MS, before);
  }

  /** Returns the instant between two others at which the offset stops being `before`. */
  #changeIn(from: number, to: number, before: number): number {
    let low = from;
    let high = to;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  #offsetOn(day: number): number {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    if (this.#offsets.size >= MAX_DAYS) this.#offsets.clear();
    const offset = this.#offsetAt(day * DAY_MS);
    this.#offsets.set(day, offset);
    return offset;
  }

  #offsetAt(instant: number): number {
    const second = Math.floor(instant / 1000) * 1000;
    const [month = 1, day, year = 0, hour, minute, seconds] =
      this.#format.format(second).match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  }
}
