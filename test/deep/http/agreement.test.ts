import { describe, test } from "vitest";
import { requireAgreement } from "../../support/evaluation/agreement-suite.ts";

/** Another seed each day, and the same one for whoever repeats the run with it. */
const seed = Number(process.env["AGREEMENT_SEED"] ?? Math.floor(Date.now() / 86_400_000));

describe("many random flags and contexts", () => {
  test("get the same result over every path, and never a 5xx", async ({ expect }) => {
    console.log(`AGREEMENT_SEED=${seed}`);
    const { compared, kept } = await requireAgreement({ rounds: 150, contexts: 10, seed });
    expect(compared).toBe(6000);
    expect(kept).toBeGreaterThan(compared / 10);
  });
});
