import { describe } from "vitest";
import { CASES } from "../../support/schedules/schedule-cases.ts";
import { testSchedules } from "../../support/schedules/schedule-suite.ts";

describe("every schedule of every case", () => {
  testSchedules(CASES, 10_000);
});
