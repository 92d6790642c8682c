import type { ImportReport, Outcome, ReportEntry } from "../../sdk/import/index.ts";
import { table } from "../table.ts";

const OUTCOMES: readonly Outcome[] = ["exact", "exact with a note", "approximate", "not importable"];

/** Returns the report as a table with a row for each note, and the number of flags with each outcome. */
export function reportText({ system, entries }: ImportReport, width: number): string {
  const rows = entries.flatMap(rowsOf);
  const flags = entries.filter(({ kind }) => kind === "flag");
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: flags.filter((entry) => entry.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  const summary = counts.map(({ outcome, count }) => `${count} ${outcome}`).join(", ") || "none";
  return [
    table(["key", "kind", "outcome", "place", "note"], rows, width),
    `${flags.length} flags of ${system}: ${summary}`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

function rowsOf({ key, kind, outcome, place, notes }: ReportEntry): string[][] {
  if (notes.length === 0) return [[key, kind, outcome, place, ""]];
  return notes.map((note) => [key, kind, outcome, note.place, note.text]);
}
