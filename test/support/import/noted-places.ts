import { importProject, type ImportOptions, type SystemName } from "../../../sdk/import/index.ts";

/** Returns the key, the outcome and the places of the notes of each row of a report. */
export function notedPlaces(system: SystemName, source: unknown, options: ImportOptions = {}): string[][] {
  return importProject(system, source, options).report.entries.map(({ key, outcome, notes }) => [
    key,
    outcome,
    ...notes.map(({ place }) => place),
  ]);
}
