import { WEEKDAYS, type RecurringWindow } from "../../flags/document.ts";
import { parseTimeOfDay } from "../../flags/windows/time-of-day.ts";
import { SharedValues } from "../../flags/shared-values.ts";
import { CompileError } from "../compile-error.ts";
import { clockOf, DAY_MS, type ZoneClock } from "./zone-clock.ts";

/** No window is open before 1970 or from the year 9999 on, so that no caller's clock makes a search endless. */
const FIRST = 0;
const LAST = Date.UTC(9999, 0);

/** The recurring windows of a rule. */
export interface Windows {
  /** Whether an instant (ms since epoch) is in one of the windows. */
  isOpenAt(now: number): boolean;
  /** Returns the first instant after `now` at which a window opens or closes; `Infinity` if there is none. */
  nextTurn(now: number): number;
}

/** Rules often have the same windows, such as business hours, so equal windows are found and kept once. */
const shared = new SharedValues<CompiledWindow>();

/** Throws CompileError if a window is malformed or the runtime does not know its time zone. */
export function compileWindows(windows: readonly RecurringWindow[]): Windows {
  const compiled = windows.map(compileWindow);
  const [first] = compiled;
  if (compiled.length === 1 && first !== undefined) return first;
  return {
    isOpenAt: (now) => compiled.some((one) => one.isOpenAt(now)),
    nextTurn: (now) => Math.min(...compiled.map((one) => one.nextTurn(now))),
  };
}

function compileWindow(window: RecurringWindow): CompiledWindow {
  const { timezone, days, from, to } = window;
  return shared.getOrMake(JSON.stringify([timezone, days, from, to]), () => newWindow(window));
}

function newWindow({ timezone, days, from, to }: RecurringWindow): CompiledWindow {
  const start = parseTimeOfDay(from) * 60_000;
  const end = parseTimeOfDay(to) * 60_000;
  const isDay = WEEKDAYS.map((day) => days.includes(day));
  if (!(start >= 0 && start < DAY_MS && end >= 0) || start === end || !isDay.includes(true)) {
    throw new CompileError("during must have days, and times such as 09:00 that differ");
  }
  return new CompiledWindow(clockOf(timezone), isDay, start, end < start ? end + DAY_MS : end);
}

/** One occurrence of a window, on the day that it starts on (days since 1970). */
interface Occurrence {
  day: number;
  opensAt: number;
  closesAt: number;
}

/** Keeps the instants of the current occurrence and the next one. They are found again when the time leaves them. */
class CompiledWindow {
  readonly #clock: ZoneClock;
  /** For each day of the week, from Monday on, whether the window starts on it. */
  readonly #isDay: readonly boolean[];
  /** The local times in ms since midnight. The end is on the next day if it is a day or more. */
  readonly #start: number;
  readonly #end: number;
  #opensAt = Infinity;
  #closesAt = Infinity;
  #nextOpensAt = Infinity;
  #nextClosesAt = Infinity;

  constructor(clock: ZoneClock, isDay: readonly boolean[], start: number, end: number) {
    this.#clock = clock;
    this.#isDay = isDay;
    this.#start = start;
    this.#end = end;
  }

  isOpenAt(now: number): boolean {
    if (now < FIRST || now >= LAST) return false;
    this.#find(now);
    return now < this.#closesAt || now >= this.#nextOpensAt;
  }

  nextTurn(now: number): number {
    if (now < FIRST) return FIRST;
    if (now >= LAST) return Infinity;
    this.#find(now);
    return now < this.#closesAt ? this.#closesAt : now < this.#nextOpensAt ? this.#nextOpensAt : this.#nextClosesAt;
  }

  #find(now: number): void {
    if (now >= this.#opensAt && now < this.#nextClosesAt) return;
    const today = Math.floor(this.#clock.localAt(now) / DAY_MS);
    let current = this.#occurrence(today, -1);
    while (current.opensAt > now) current = this.#occurrence(current.day - 1, -1);
    // It may be open already: where clocks are set back shortly after midnight, a date returns.
    const next = this.#occurrence(current.day + 1, 1);
    this.#opensAt = current.opensAt;
    this.#closesAt = current.closesAt;
    this.#nextOpensAt = next.opensAt;
    this.#nextClosesAt = next.closesAt;
  }

  /** Returns the first occurrence from a day on, going forwards or back. Those in a gap of the clock do not count. */
  #occurrence(from: number, step: 1 | -1): Occurrence {
    for (let day = from; ; day += step) {
      // The first day of 1970 was a Thursday.
      if (this.#isDay[(((day + 3) % 7) + 7) % 7] !== true) continue;
      const opensAt = this.#clock.instantOf(day * DAY_MS + this.#start);
      const closesAt = this.#clock.instantOf(day * DAY_MS + this.#end);
      if (opensAt < closesAt) return { day, opensAt, closesAt };
    }
  }
}
