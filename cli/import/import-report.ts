import type { ImportReport } from "../../sdk/import/index.ts";
import { countsOf, rowsOf } from "../../sdk/import/report.ts";
import { table } from "../table.ts";

/** Returns the report as a table with a row for each note, and the number of flags with each outcome. */
export function reportText(report: ImportReport, width: number): string {
  const rows = rowsOf(report.entries).map(({ key, kind, outcome, place, note }) => [key, kind, outcome, place, note]);
  const { flags, text } = countsOf(report);
  return [
    table(["key", "kind", "outcome", "place", "note"], rows, width),
    `${flags} flags of ${report.system}: ${text}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}
