/** The current time and a way to wait. Callers receive it as an argument, so that tests control time. */
export interface Clock {
  /** Returns the current time in ms since epoch. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal aborts. Aborting also clears the timer. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
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
