import { describe, test, vi } from "vitest";
import { reportOf } from "../../../bench/simulate/report/tables.ts";
import { brokenPromises } from "../../../bench/simulate/report/verdict.ts";
import type { Size } from "../../../bench/simulate/result.ts";
import { runScenario } from "../../../bench/simulate/run-scenario.ts";
import { SCENARIOS } from "../../../bench/simulate/scenarios.ts";
import { EntryTable } from "../../../src/cache/entry-table.ts";

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

/** Six minutes, for tests of the simulation itself. */
const BRIEF: Size = { ...SHORT, hours: 0.1, changes: 20 };

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

  test("a change that leaves old flags in memory is found as wrong responses", async ({ expect }) => {
    vi.spyOn(EntryTable.prototype, "supersede").mockImplementation(() => undefined);
    try {
      const { findings } = await runScenario(SCENARIOS[0]!, BRIEF);
      expect(findings.wrong).toBeGreaterThan(100);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("a purge that never arrives is found as responses older than allowed", async ({ expect }) => {
    const { findings } = await runScenario({ ...SCENARIOS[0]!, lostPurges: "all" }, BRIEF);
    expect(findings.tooOld).toBeGreaterThan(10);
    expect(findings.wrong).toBe(0);
  });

  test("the output follows from the seed, however long Node waits between events", async ({ expect }) => {
    const report = async (changed: Partial<Size>) =>
      reportOf([await runScenario(SCENARIOS[0]!, { ...BRIEF, evaluations: 1_000_000, ...changed })]);
    const first = await report({});
    expect(await report({})).toBe(first);
    expect(await report({ isPatient: true })).toBe(first);
    expect(await report({ seed: 2 })).not.toBe(first);
  });
});
