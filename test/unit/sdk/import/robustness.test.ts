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

    it(`refuses a part that is nested too deeply, instead of recursing into it, for ${system}`, () => {
      const lists = "[".repeat(20_000) + "]".repeat(20_000);
      const deep: unknown = JSON.parse(lists);
      const reason = "it is nested too deeply; at most 256 levels are accepted";
      for (const part of [deep, lists]) {
        for (const damaged of [part, { ...(source as object), part }]) {
          const { flags, report } = importProject(system, damaged);
          expect({ flags, reason: report.entries[0]?.notes[0]?.text }).toEqual({ flags: [], reason });
        }
      }
    });

    it(`imports the same beside a text of unclosed brackets, for ${system}`, () => {
      const texts = ["(".repeat(20_000), "[".repeat(20_000), ":( ".repeat(300)];
      const undamaged = importProject(system, source);
      for (const note of texts) {
        if (!Array.isArray(source))
          expect(importProject(system, { ...(source as object), note }).flags).toEqual(undamaged.flags);
        for (const seed of SEEDS) importProject(system, mutated(source, drawsOf(seed), [note]));
      }
    });

    it(`does not throw for a part with as many levels as are accepted, for ${system}`, () => {
      const deep: unknown = JSON.parse("[".repeat(240) + "]".repeat(240));
      for (const seed of SEEDS) {
        const { report } = importProject(system, mutated(source, drawsOf(seed), [deep, JSON.stringify(deep)]));
        expect(report.entries.filter(({ notes }) => notes.some(({ text }) => text.includes("256 levels")))).toEqual([]);
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
