import { describe } from "vitest";
import { CASES } from "../../../support/schedules/schedule-cases.ts";
import { testSchedules } from "../../../support/schedules/schedule-suite.ts";

// Two files, which run at the same time.
describe("every schedule of every case with an even number", () => {
  testSchedules(
    CASES.filter((_, i) => i % 2 === 0),
    10_000,
  );
});
