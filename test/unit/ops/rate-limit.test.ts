import { describe, test } from "vitest";
import { createCallerRateLimit } from "../../../src/ops/rate-limit.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("a rate limit per caller", () => {
  test("counts each caller for itself, and starts over each second", async ({ expect }) => {
    const clock = new FakeClock();
    const allows = createCallerRateLimit(2, clock.now);
    expect(["a", "a", "a", "b"].map(allows)).toEqual([true, true, false, true]);
    await clock.advance(1000);
    expect(allows("a")).toBe(true);
  });

  test("counts callers beyond a thousand together, so that its memory is bounded", ({ expect }) => {
    const allows = createCallerRateLimit(1, new FakeClock().now);
    for (let i = 0; i < 1000; i++) expect(allows(`caller-${i}`)).toBe(true);
    expect(["more", "others", "caller-0"].map(allows)).toEqual([true, false, false]);
  });

  test("of zero limits nobody", ({ expect }) => {
    const allows = createCallerRateLimit(0, new FakeClock().now);
    expect(Array.from({ length: 10 }, () => allows("a"))).not.toContain(false);
  });
});
