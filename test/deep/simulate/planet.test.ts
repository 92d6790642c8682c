import { describe, test } from "vitest";
import { reportOf } from "../../../bench/simulate/report/tables.ts";
import { brokenPromises } from "../../../bench/simulate/report/verdict.ts";
import type { Size } from "../../../bench/simulate/result.ts";
import { runScenario } from "../../../bench/simulate/run-scenario.ts";
import { SCENARIOS } from "../../../bench/simulate/scenarios.ts";

/** A short form of `npm run simulate`: twelve minutes, with as many changes as in two hours. */
const SHORT: Size = {
  seed: 1,
  dataCentres: 60,
  isolates: 5,
  flags: 100,
  evaluations: 3_000_000,
  changes: 80,
  hours: 0.2,
};

describe("a planet in simulation", () => {
  // A tenth of twelve minutes would be too short.
  test.for(SCENARIOS.filter(({ traffic = 1 }) => traffic === 1))(
    "$name: every promise is kept",
    async (one, { expect }) => {
      const result = await runScenario(one, SHORT);
      expect(result.findings.responses).toBeGreaterThan(25_000);
      expect(result.findings.described).toEqual([]);
      expect(brokenPromises(result)).toEqual([]);
    },
  );

  test("the output follows from the seed, however long Node waits between events", async ({ expect }) => {
    const [scenario] = SCENARIOS;
    const size = { ...SHORT, hours: 0.1, changes: 20, evaluations: 1_000_000 };
    const report = async (changed: Partial<Size>) => reportOf([await runScenario(scenario!, { ...size, ...changed })]);
    const first = await report({});
    expect(await report({})).toBe(first);
    expect(await report({ isPatient: true })).toBe(first);
    expect(await report({ seed: 2 })).not.toBe(first);
  });
});
