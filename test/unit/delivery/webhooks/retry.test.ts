import { describe, test } from "vitest";
import { GIVE_UP_MS, nextAttemptAt } from "../../../../src/delivery/webhooks/retry.ts";

const MINUTE = 60_000;

describe("nextAttemptAt", () => {
  test("doubles the pause from 30 s to an hour", ({ expect }) => {
    const pauses = [1, 2, 3, 8, 9, 1000].map((attempts) => nextAttemptAt({ attempts, seenAt: 0 }, 0, () => 0));
    expect(pauses).toEqual([0.5, 1, 2, 60, 60, 60].map((minutes) => minutes * MINUTE));
  });

  test("takes off up to half of the pause at random", ({ expect }) => {
    expect(nextAttemptAt({ attempts: 2, seenAt: 0 }, 0, () => 0.5)).toBe(0.75 * MINUTE);
    expect(nextAttemptAt({ attempts: 2, seenAt: 0 }, 0, () => 0.999)).toBeCloseTo(MINUTE / 2, -2);
  });

  test("waits as long as the receiver asks for", ({ expect }) => {
    expect(nextAttemptAt({ attempts: 1, seenAt: 0, retryAfterMs: 3 * MINUTE }, 0, () => 0)).toBe(3 * MINUTE);
    expect(nextAttemptAt({ attempts: 8, seenAt: 0, retryAfterMs: 3 * MINUTE }, 0, () => 0)).toBe(60 * MINUTE);
  });

  test("makes the last attempt at the end of the day", ({ expect }) => {
    expect(nextAttemptAt({ attempts: 9, seenAt: 0 }, GIVE_UP_MS - 1000, () => 0)).toBe(GIVE_UP_MS);
    expect(nextAttemptAt({ attempts: 1, seenAt: 5, retryAfterMs: 2 * GIVE_UP_MS }, 5, () => 0)).toBe(GIVE_UP_MS + 5);
  });
});
