import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { drawsOf } from "../../../support/import/draws.ts";
import { mutated } from "../../../support/import/mutate.ts";
import { samples } from "../../../support/import/samples.ts";

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

describe("an import of a damaged source", () => {
  for (const { system, source, keysOf } of samples()) {
    it(`reports every flag of an undamaged source of ${system}`, () => {
      const { report } = importProject(system, source);
      const keys = keysOf(source);
      expect(keys.length).toBeGreaterThan(2);
      expect(report.entries.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
    });

    it(`does not throw, and reports every flag, for ${system}`, () => {
      for (const seed of SEEDS) {
        const damaged = mutated(source, drawsOf(seed));
        const { report } = importProject(system, damaged);
        const reported = new Set(report.entries.map(({ key }) => key));
        const silent = keysOf(damaged).filter((key) => !reported.has(key));
        expect({ seed, silent }).toEqual({ seed, silent: [] });
      }
    });

    it(`calls nothing exact that refers to something left out, for ${system}`, () => {
      for (const seed of SEEDS.slice(0, 20)) {
        const { flags, report } = importProject(system, mutated(source, drawsOf(seed)));
        const imported = report.entries.filter(({ kind, outcome }) => kind === "flag" && outcome.startsWith("exact"));
        expect(imported.map(({ key }) => key).toSorted()).toEqual(flags.map(({ key }) => key).toSorted());
      }
    });
  }
});
