import { parseFlagInput, parseSegmentInput } from "../../src/flags/parse.ts";
import { referencesOf, referencesOfCondition } from "../../src/flags/references.ts";
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
 * something that is not imported is not imported either, and one that refers to something approximate is approximate.
 */
export function finish(
  { flags, segments, refused = [] }: DraftProject,
  { approximate = false }: ImportOptions,
): Finished {
  const checked = {
    flags: flags.map((draft) => checkedDraft(draft, (flag) => parseFlagInput(flag))),
    segments: segments.map((draft) => checkedDraft(draft, checkedSegment)),
  };
  withoutCycles(checked);
  withoutDangling(checked);
  withApproximate(checked);
  const isKept = ({ entry }: Draft<unknown>): boolean => approximate || entry.outcome !== "approximate";
  return {
    flags: checked.flags.filter(isKept).flatMap(({ item }) => item ?? []),
    segments: checked.segments.filter(isKept).flatMap(({ item }) => item ?? []),
    entries: [...[...checked.flags, ...checked.segments].map(({ entry }) => entry), ...refused],
  };
}

function checkedSegment(segment: ImportedSegment): ImportedSegment {
  parseSegmentInput(segment);
  return segment;
}

function checkedDraft<T>({ item, entry }: Draft<T>, check: (item: T) => T): Draft<T> {
  if (item === undefined) return { item, entry };
  try {
    return { item: check(item), entry };
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

/** Refuses everything that depends on itself: the worker refuses it too, and a system's SDKs never end or fail. */
function withoutCycles({ flags, segments }: Checked): void {
  const all = [...flags, ...segments];
  const next = new Map(all.map((draft) => [nodeOf(draft.entry), referencesIn(draft)]));
  const inCycle = all.flatMap((draft) => {
    const path = pathBack(nodeOf(draft.entry), next);
    return path === undefined ? [] : { draft, path };
  });
  for (const { draft, path } of inCycle) {
    const names = path.map(({ kind, key }) => `${kind} "${key}"`).join(", which depends on ");
    draft.item = undefined;
    draft.entry = refusal(draft.entry, draft.entry.place, `it depends on itself: on ${names}`);
  }
}

/** Returns the references that lead from a node back to it. */
function pathBack(start: string, next: ReadonlyMap<string, readonly Node[]>): Node[] | undefined {
  const before = new Map<string, Node[]>([[start, []]]);
  for (const [node, path] of before)
    for (const reference of next.get(node) ?? []) {
      const name = nodeOf(reference);
      if (name === start) return [...path, reference];
      if (!before.has(name)) before.set(name, [...path, reference]);
    }
  return undefined;
}

/** Refuses everything that refers to a flag or segment that is not imported, until nothing is left to refuse. */
function withoutDangling({ flags, segments }: Checked): void {
  const all = [...flags, ...segments];
  for (let changed = true; changed;) {
    const known = new Set(all.filter(({ item }) => item !== undefined).map(({ entry }) => nodeOf(entry)));
    const refused = all.flatMap((draft) => {
      const reference = referencesIn(draft).find((one) => !known.has(nodeOf(one)));
      return reference === undefined ? [] : { draft, reference };
    });
    for (const { draft, reference } of refused) {
      const { kind, key } = reference;
      draft.item = undefined;
      draft.entry = refusal(draft.entry, draft.entry.place, `it refers to ${kind} "${key}", which is not imported`);
    }
    changed = refused.length > 0;
  }
}

/** Marks everything that refers to an approximate flag or segment, until nothing is left to mark. */
function withApproximate({ flags, segments }: Checked): void {
  const all = [...flags, ...segments];
  const noted = new Set<string>();
  for (let changed = true; changed;) {
    changed = false;
    const approximate = new Set(
      all.filter(({ entry }) => entry.outcome === "approximate").map(({ entry }) => nodeOf(entry)),
    );
    for (const draft of all)
      for (const reference of referencesIn(draft)) {
        const note = `${nodeOf(draft.entry)} ${nodeOf(reference)}`;
        if (!approximate.has(nodeOf(reference)) || noted.has(note)) continue;
        noted.add(note);
        changed = true;
        const text = `it refers to ${reference.kind} "${reference.key}", which is approximate`;
        const { place, notes } = draft.entry;
        draft.entry = { ...draft.entry, outcome: "approximate", notes: [...notes, { place, text }] };
      }
  }
}

type Node = Pick<ReportEntry, "kind" | "key">;

function nodeOf({ kind, key }: Node): string {
  return JSON.stringify([kind, key]);
}

function referencesIn({ item }: Draft<FlagInput> | Draft<ImportedSegment>): Node[] {
  if (item === undefined) return [];
  const references = "condition" in item ? referencesOfCondition(item.condition) : referencesOf(item);
  return references.map(({ kind, name }) => ({ kind, key: name }));
}
