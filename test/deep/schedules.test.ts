import { describe } from "vitest";
import { describeSchedules } from "../support/schedules/describe-schedules.ts";
import { CASES } from "../support/schedules/schedule-cases.ts";

describe("every schedule", () => describeSchedules(CASES, 10_000));
