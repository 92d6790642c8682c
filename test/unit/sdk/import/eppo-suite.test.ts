import { describe, expect, it } from "vitest";
import { importProject } from "../../../../sdk/import/index.ts";
import { prepareToCompileAny } from "../../../../src/evaluation/prepare.ts";
import { evaluatorOf } from "../../../support/import/evaluate.ts";
import { readJson, readLines } from "../../../support/import/suites.ts";

interface Subject {
  subjectKey: string;
  subjectAttributes: unknown;
  assignment: unknown;
}

interface File {
  file: string;
  flag: string;
  defaultValue: unknown;
  subjects: Subject[];
}

const files = readLines<File>("eppo/tests.jsonl");
const configuration = readJson("eppo/flags.json") as { flags: object };
const NOW = Date.parse("2026-01-01T00:00:00Z");

await prepareToCompileAny();

describe("Eppo's universal flag configuration", () => {
  for (const system of ["eppo", "datadog"] as const) {
    const project = importProject(system, configuration);
    const evaluate = evaluatorOf(project, NOW);
    for (const { file, flag, defaultValue, subjects } of files) {
      it(`${system}, ${file}: the imported flag gives the expected assignments`, () => {
        const assigned = subjects.map((subject) => {
          const value = project.fromResolution(evaluate(flag, project.toContext(subject)), flag);
          return [subject.subjectKey, value === undefined ? defaultValue : value];
        });
        expect(assigned).toEqual(subjects.map(({ subjectKey, assignment }) => [subjectKey, assignment]));
      });
    }

    it(`${system}: every flag is imported`, () => {
      const { entries } = project.report;
      expect(entries.filter(({ outcome }) => outcome !== "exact" && outcome !== "exact with a note")).toEqual([]);
      expect(project.flags).toHaveLength(Object.keys(configuration.flags).length);
    });
  }

  it("has 225 cases", () => {
    expect(files.flatMap(({ subjects }) => subjects)).toHaveLength(225);
  });
});
