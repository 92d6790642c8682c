import { parseFlagInput, parseSegmentInput } from "../../src/flags/parse.ts";
import { referencesOf, referencesOfCondition, type Reference } from "../../src/flags/references.ts";
import { InvalidInputError } from "../../src/ops/errors.ts";
import { refusal } from "./lowering/draft.ts";
import type { Draft, DraftProject, FlagInput, ImportedSegment, ImportOptions, ReportEntry } from "./types.ts";

export interface Finished {
  flags: FlagInput[];
  segments: ImportedSegment[];
  entries: ReportEntry[];
}

/**
 * Checks drafts with the worker's own validation, so that everything imported can be applied. A flag that refers to
 * something that is not imported is not imported either.
 */
export function finish({ flags, segments }: DraftProject, { approximate = false }: ImportOptions): Finished {
  const checked = {
    flags: flags.map((draft) => checkedDraft(draft, (flag) => parseFlagInput(flag), approximate)),
    segments: segments.map((draft) => checkedDraft(draft, checkedSegment, approximate)),
  };
  withoutDangling(checked);
  return {
    flags: checked.flags.flatMap(({ item }) => item ?? []),
    segments: checked.segments.flatMap(({ item }) => item ?? []),
    entries: [...checked.flags, ...checked.segments].map(({ entry }) => entry),
  };
}

function checkedSegment(segment: ImportedSegment): ImportedSegment {
  parseSegmentInput(segment);
  return segment;
}

function checkedDraft<T>({ item, entry }: Draft<T>, check: (item: T) => T, approximate: boolean): Draft<T> {
  if (item === undefined) return { item, entry };
  try {
    const valid = check(item);
    return { item: entry.outcome === "approximate" && !approximate ? undefined : valid, entry };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const [first] = error.errors;
    const reason = `Burgee does not accept the result: ${first?.pointer ?? ""} ${first?.detail ?? ""}`;
    return { item: undefined, entry: refusal(entry, entry.place, reason) };
  }
}

interface Checked {
  flags: Draft<FlagInput>[];
  segments: Draft<ImportedSegment>[];
}

/** Refuses everything that refers to what is not imported, until nothing is left to refuse. */
function withoutDangling(checked: Checked): void {
  for (let changed = true; changed;) {
    const known = new Set([
      ...checked.flags.flatMap(({ item }) => (item === undefined ? [] : `flag ${item.key}`)),
      ...checked.segments.flatMap(({ item }) => (item === undefined ? [] : `segment ${item.key}`)),
    ]);
    const isMissing = ({ kind, name }: Reference): boolean => !known.has(`${kind} ${name}`);
    const refused = [
      ...refuse(checked.flags, (flag) => referencesOf(flag).find(isMissing)),
      ...refuse(checked.segments, (segment) => referencesOfCondition(segment.condition).find(isMissing)),
    ];
    changed = refused.length > 0;
  }
}

function refuse<T>(drafts: Draft<T>[], dangling: (item: T) => Reference | undefined): Draft<T>[] {
  const refused: Draft<T>[] = [];
  for (const draft of drafts) {
    const reference = draft.item === undefined ? undefined : dangling(draft.item);
    if (reference === undefined) continue;
    const { kind, name } = reference;
    draft.item = undefined;
    draft.entry = refusal(draft.entry, draft.entry.place, `it refers to ${kind} "${name}", which is not imported`);
    refused.push(draft);
  }
  return refused;
}
