import { describe } from "vitest";
import { CASES } from "../../support/schedules/schedule-cases.ts";
import { testSchedules } from "../../support/schedules/schedule-suite.ts";

/** The short form of `npm run schedules`: its small cases, and a few schedules of those that are too large for all. */
describe("every schedule", () => {
  testSchedules(
    CASES.filter(({ isLarge }) => isLarge !== true),
    200,
  );
});
