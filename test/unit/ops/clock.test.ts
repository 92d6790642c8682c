import { afterEach, beforeEach, describe, test, vi } from "vitest";
import { systemClock } from "../../../src/ops/clock.ts";

describe("systemClock.sleep", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("ends after its time", async ({ expect }) => {
    let isAwake = false;
    const sleeping = systemClock.sleep(100, new AbortController().signal).then(() => (isAwake = true));
    await vi.advanceTimersByTimeAsync(99);
    expect(isAwake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(isAwake).toBe(true);
  });

  test("ends at once when it is aborted, and leaves no timer behind", async ({ expect }) => {
    const abort = new AbortController();
    const sleeping = systemClock.sleep(100, abort.signal);
    expect(vi.getTimerCount()).toBe(1);
    abort.abort();
    await sleeping;
    await systemClock.sleep(100, abort.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
