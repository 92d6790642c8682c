import { describe } from "vitest";
import { CASES } from "../../../support/schedules/schedule-cases.ts";
import { testSchedules } from "../../../support/schedules/schedule-suite.ts";

describe("every schedule of every case with an odd number", () => {
  testSchedules(
    CASES.filter((_, i) => i % 2 === 1),
    10_000,
  );
});
