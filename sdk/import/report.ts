/** Readings of a report that the command line and the console share. Reports of exports have the same form. */
import { type ImportReport, type Outcome, OUTCOMES, type ReportEntry } from "./types.ts";

/** One note of an entry, or an entry without notes. */
export interface ReportRow<O extends string = Outcome> {
  key: string;
  kind: ReportEntry["kind"];
  outcome: O;
  place: string;
  note: string;
}

/** An entry of a report with outcomes of its own. */
export type EntryOf<O extends string> = Omit<ReportEntry, "outcome"> & { outcome: O };

/** Returns a row for each note of each entry. */
export function rowsOf<O extends string = Outcome>(entries: readonly EntryOf<O>[]): ReportRow<O>[] {
  return entries.flatMap(({ key, kind, outcome, place, notes }) =>
    notes.length === 0
      ? [{ key, kind, outcome, place, note: "" }]
      : notes.map((note) => ({ key, kind, outcome, place: note.place, note: note.text })),
  );
}

/** Returns the number of flags, and says how many have each outcome. */
export function countsOf({ entries }: ImportReport): { flags: number; text: string } {
  return outcomeCounts(entries, OUTCOMES);
}

/** As `countsOf`, for a report with outcomes of its own. */
export function outcomeCounts<O extends string>(
  entries: readonly EntryOf<O>[],
  outcomes: readonly O[],
): { flags: number; text: string } {
  const flags = entries.filter(({ kind }) => kind === "flag");
  const counts = outcomes
    .map((outcome) => ({ outcome, count: flags.filter((entry) => entry.outcome === outcome).length }))
    .filter(({ count }) => count > 0);
  return { flags: flags.length, text: counts.map(({ outcome, count }) => `${count} ${outcome}`).join(", ") || "none" };
}
