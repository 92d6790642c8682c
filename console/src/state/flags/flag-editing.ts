/** The editing of one flag: its draft, the stored flag, the changes between them, and the rejected fields. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { ApiError, type Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { type Difference, differences, isSame } from "../../../../sdk/client/differences.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { plainFlag } from "./changed-flag.ts";
import { saveFlag, toggleFlag, topicOf } from "./flag-changes.ts";
import { type Draft, draftOf, flagOf, newDraft } from "./flag-draft.ts";
import { merge } from "../merge/merge.ts";
import { notifyFailure } from "../notices.ts";
import { createRefusals, type Refusals } from "./refusals.ts";
import { createFlag } from "./whole-flag.ts";

export interface Editing {
  readonly environment: string;
  /** `undefined` while the flag is new. */
  readonly stored: ReadonlySignal<Flag | undefined>;
  readonly draft: ReadonlySignal<Draft>;
  /** The stored flag as a draft of it is sent, and the draft. */
  readonly base: ReadonlySignal<Flag>;
  readonly edited: ReadonlySignal<Flag>;
  /** The changes between the stored flag and the draft, by field. */
  readonly changes: ReadonlySignal<readonly Difference[]>;
  /** The rejected fields that have not changed since. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** How often the draft was discarded. Controls use it as a key, because typed text that is invalid must go too. */
  readonly discarded: ReadonlySignal<number>;
  change(patch: Partial<Draft>): void;
  /** Replaces the whole draft. */
  restore(flag: Flag): void;
  /** Returns to the stored flag. */
  discard(): void;
  /** Shows the flag as somebody else has saved it. Without a question, so only while the draft has no changes. */
  replace(flag: Flag): void;
  /** Checks the draft beside the other flags. Resolves with `false` if there are problems, which are then listed. */
  check(others: readonly Flag[]): Promise<boolean>;
  /** Saves the draft. Resolves with `false` if nothing was saved. */
  save(changeClient: Client): Promise<boolean>;
  /** Continues with a newer version of the flag. The changes of the draft stay. */
  adopt(theirs: Flag): void;
  /** Turns the stored flag on or off at once, without saving the draft. */
  toggle(): Promise<void>;
}

interface State {
  stored: Signal<Flag | undefined>;
  base: Signal<Flag>;
  draft: Signal<Draft>;
  edited: ReadonlySignal<Flag>;
  refusals: Refusals;
}

/** Starts editing a stored flag, or the `initial` draft of a new one. */
export function createEditing(environment: string, flag: Flag | undefined, initial: Draft = newDraft()): Editing {
  const start = flag === undefined ? initial : draftOf(flag);
  const draft = signal(start);
  const edited = computed(() => flagOf(draft.value));
  const refusals = createRefusals(edited);
  const state: State = { stored: signal(flag), base: signal(flagOf(start)), draft, edited, refusals };
  const { stored, base } = state;
  const discarded = signal(0);
  const changes = computed(() => differences(base.value, edited.value));
  return {
    environment,
    stored,
    draft,
    base,
    edited,
    discarded,
    changes,
    problems: refusals.problems,
    restore(restored) {
      draft.value = draftOf(restored, draft.peek());
    },
    change(patch) {
      draft.value = { ...draft.value, ...patch };
    },
    discard() {
      const from = stored.peek();
      draft.value = from === undefined ? initial : draftOf(from, draft.peek());
      refusals.clear();
      discarded.value++;
    },
    replace(theirs) {
      accept(state, theirs);
      discarded.value++;
    },
    check: refusals.check,
    save: (changeClient) => save(changeClient, environment, state),
    adopt(theirs) {
      if (!hasChanges(state)) return accept(state, theirs);
      rebase(state, theirs, merge(base.peek(), edited.peek(), plainFlag(theirs)).merged);
    },
    toggle: () => toggle(environment, state),
  };
}

function hasChanges({ base, edited }: State): boolean {
  return !isSame(base.peek(), edited.peek());
}

/** Continues with a saved flag, without changes. */
function accept({ stored, base, draft, refusals }: State, saved: Flag): void {
  stored.value = saved;
  draft.value = draftOf(saved, draft.peek());
  base.value = flagOf(draft.value);
  refusals.clear();
}

/** Continues with a newer version of the flag and a draft that is based on it. */
function rebase({ stored, base, draft }: State, theirs: Flag, merged: Flag): void {
  stored.value = theirs;
  base.value = plainFlag(theirs);
  draft.value = draftOf(merged, draft.peek());
}

async function save(changeClient: Client, environment: string, state: State): Promise<boolean> {
  const { edited, refusals } = state;
  const onRejected = (error: unknown): void => {
    // A merge with a newer version may have replaced the draft since.
    const sent = edited.peek();
    const problems = error instanceof ApiError ? (error.problem.errors ?? []) : [];
    refusals.reject(problems, sent);
    if (problems.length === 0) notifyFailure(`Could not save ${sent.key}`, error, topicOf(environment, sent.key));
  };
  const onMerged = (theirs: Flag, merged: Flag): void => rebase(state, theirs, merged);
  const from = state.stored.peek();
  const saved =
    from === undefined
      ? await createFlag(changeClient, environment, edited.peek(), onRejected)
      : await saveFlag(changeClient, environment, from, edited.peek(), { onRejected, onMerged });
  if (saved === undefined) return false;
  accept(state, saved);
  return true;
}

async function toggle(environment: string, state: State): Promise<void> {
  const { stored, base, draft } = state;
  const from = stored.peek();
  if (from === undefined) return;
  await toggleFlag(environment, from, (flag) => {
    const isOnlySwitched = isSame({ ...base.peek(), enabled: flag.enabled }, plainFlag(flag));
    if (!isOnlySwitched && !hasChanges(state)) return accept(state, flag);
    // Someone else's changes came with the switch. A draft is not based on them, so saving it must merge them.
    stored.value = isOnlySwitched ? flag : { ...from, enabled: flag.enabled };
    base.value = { ...base.peek(), enabled: flag.enabled };
    draft.value = { ...draft.peek(), enabled: flag.enabled };
  });
}
