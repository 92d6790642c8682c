import { describe } from "vitest";
import { describeSchedules } from "../../support/schedules/describe-schedules.ts";
import { CASES } from "../../support/schedules/schedule-cases.ts";

/** The cases that take seconds. The deep suite runs all of them, and draws more of those that have too many schedules. */
describe("the schedules of small cases", () => {
  describeSchedules(
    CASES.filter(({ isLarge }) => isLarge !== true),
    200,
  );
});
