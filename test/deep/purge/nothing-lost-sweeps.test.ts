import { describe } from "vitest";
import { SWEEPS, testDeaths } from "../../support/edge/death-suite.ts";

describe("a sweep that dies", () => {
  testDeaths(SWEEPS);
});
