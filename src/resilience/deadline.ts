import type { Clock } from "../ops/clock.ts";

/** Waits at most `ms`, with a timer of *this* request. Returns `undefined` when the time runs out first. */
export async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, clock.sleep(ms, timer.signal).then(() => undefined)]);
  } finally {
    timer.abort();
  }
}
