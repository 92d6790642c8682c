/** Readings of a report that the command line and the console share. */
import { type ImportReport, type Outcome, OUTCOMES, type ReportEntry } from "./types.ts";

/** One note of an entry, or an entry without notes. */
export interface ReportRow {
  key: string;
  kind: ReportEntry["kind"];
  outcome: Outcome;
  place: string;
  note: string;
}

/** Returns a row for each note of each entry. */
export function rowsOf(entries: readonly ReportEntry[]): ReportRow[] {
  return entries.flatMap(({ key, kind, outcome, place, notes }) =>
    notes.length === 0
      ? [{ key, kind, outcome, place, note: "" }]
      : notes.map((note) => ({ key, kind, outcome, place: note.place, note: note.text })),
  );
}

/** Returns the number of flags, and says how many have each outcome. */
export function countsOf({ entries }: ImportReport): { flags: number; text: string } {
  const flags = entries.filter(({ kind }) => kind === "flag");
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: flags.filter((entry) => entry.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  return { flags: flags.length, text: counts.map(({ outcome, count }) => `${count} ${outcome}`).join(", ") || "none" };
}
