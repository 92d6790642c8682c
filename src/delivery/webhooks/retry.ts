/** An event that nobody accepts becomes a dead letter after this time (ms). */
export const GIVE_UP_MS = 86_400_000;

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Returns when to try again after the `attempts`-th attempt failed: after a pause that doubles from 30 s to an hour,
 * less up to half of it at random, or later if the receiver says so. The last attempt is at the end of the day.
 */
export function nextAttemptAt(
  { attempts, seenAt, retryAfterMs = 0 }: { attempts: number; seenAt: number; retryAfterMs?: number | undefined },
  now: number,
  random: () => number,
): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.min(seenAt + GIVE_UP_MS, now + Math.max(retryAfterMs, pause * (1 - random() / 2)));
}
