/** The current time and a way to wait. Callers receive it as an argument, so that tests control time. */
export interface Clock {
  /** Returns the current time in ms since epoch. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal aborts. Aborting also clears the timer. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Whether less than `ms` have passed since an instant. False if the instant lies ahead: the clock was set back since
 * then, and nothing may live longer because of that.
 */
export function isWithin(since: number, ms: number, now: number): boolean {
  const age = now - since;
  return age >= 0 && age < ms;
}

/** Returns how much of a wait of `ms` since an instant is left; 0 if it is over, or if the clock was set back. */
export function remainingMs(since: number, ms: number, now: number): number {
  return isWithin(since, ms, now) ? since + ms - now : 0;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake);
    }),
};
