/** The editing of one segment: its draft, the stored segment, and the rejected fields. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Client } from "../../../../sdk/client/client.ts";
import type { Segment, SegmentInput } from "../../../../sdk/client/contract.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import { merge } from "../merge/merge.ts";
import { segmentProblemsOf } from "../flags/flag-check.ts";
import { remainingProblems } from "../flags/pointers.ts";
import { type FieldErrors, inputOf, saveSegment } from "./segment-changes.ts";

export interface SegmentEditing {
  /** `undefined` while the segment is new. */
  readonly stored: ReadonlySignal<Segment | undefined>;
  readonly draft: ReadonlySignal<SegmentInput>;
  /** The draft as it is sent: a segment without a name is called like its key. */
  readonly wanted: ReadonlySignal<SegmentInput>;
  readonly isChanged: ReadonlySignal<boolean>;
  /** The rejected fields that have not changed since. */
  readonly problems: ReadonlySignal<FieldErrors>;
  /** The number of discards. As the key of the controls, it makes a discard remove typed text that is invalid too. */
  readonly discarded: ReadonlySignal<number>;
  change(patch: Partial<SegmentInput>): void;
  discard(): void;
  /** Checks the draft before it is sent. Resolves with `false` if there are problems, which are then listed. */
  check(): Promise<boolean>;
  /** Saves the draft. Resolves with the saved segment. */
  save(changeClient: Client): Promise<Segment | undefined>;
  /** Continues with a newer version of the segment. The changes of the draft stay. */
  adopt(theirs: Segment): void;
}

/** Starts editing a stored segment, or the `initial` draft of a new one. */
export function createSegmentEditing(
  environment: string,
  segment: Segment | undefined,
  initial: SegmentInput,
): SegmentEditing {
  const stored = signal(segment);
  const start = computed(() => (stored.value === undefined ? initial : inputOf(stored.value)));
  const draft = signal(start.peek());
  const refused = signal<{ problems: FieldErrors; sent: SegmentInput } | undefined>(undefined);
  const discarded = signal(0);
  const isChanged = computed(() => !isSame(start.value, draft.value));
  const wanted = computed(() => ({ ...draft.value, name: draft.value.name?.trim() || draft.value.key }));
  const problems = computed(() =>
    refused.value === undefined ? [] : remainingProblems(refused.value.problems, refused.value.sent, wanted.value),
  );
  const rebase = (theirs: Segment, merged: SegmentInput): void => {
    stored.value = theirs;
    draft.value = merged;
  };
  return {
    stored,
    draft,
    wanted,
    isChanged,
    problems,
    discarded,
    change(patch) {
      draft.value = { ...draft.peek(), ...patch };
    },
    discard() {
      draft.value = start.peek();
      refused.value = undefined;
      discarded.value++;
    },
    async check() {
      const sent = wanted.peek();
      const found = await segmentProblemsOf(sent);
      // Without a name, the key is the name, and the problem is shown at the key.
      const isNamed = (draft.peek().name ?? "").trim() !== "";
      refused.value = { problems: found.filter(({ pointer }) => pointer !== "/name" || isNamed), sent };
      return refused.peek()?.problems.length === 0;
    },
    async save(changeClient) {
      refused.value = undefined;
      // A merge with a newer version may have replaced the draft since.
      const onRejected = (problems: FieldErrors): void => void (refused.value = { problems, sent: wanted.peek() });
      const options = { onRejected, onMerged: rebase };
      const saved = await saveSegment(changeClient, environment, stored.peek(), wanted.peek(), options);
      if (saved !== undefined) rebase(saved, inputOf(saved));
      return saved;
    },
    adopt(theirs) {
      rebase(theirs, merge(start.peek(), draft.peek(), inputOf(theirs)).merged);
    },
  };
}
