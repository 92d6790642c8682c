import { describe, test } from "vitest";
import { requireAgreement } from "../../../support/evaluation/agreement-suite.ts";

describe("random flags and contexts", () => {
  test("get the same result over every path, and never a 5xx", async ({ expect }) => {
    const { compared, kept } = await requireAgreement({ rounds: 8, contexts: 4, seed: 1 });
    expect(compared).toBe(128);
    expect(kept).toBeGreaterThan(compared / 10);
  });
});
