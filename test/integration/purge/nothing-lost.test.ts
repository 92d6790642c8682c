import { describe } from "vitest";
import { testDeaths, UPDATE } from "../../support/edge/death-suite.ts";

describe("a worker that dies", () => {
  testDeaths([UPDATE]);
});
