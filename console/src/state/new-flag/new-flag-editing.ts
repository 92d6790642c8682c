/** The editing of the form with three questions: its draft, and the rejected fields. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { isSame } from "../../../../sdk/client/differences.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { row } from "../flags/flag-draft.ts";
import { type NewFlag, startNewFlag } from "./new-flag.ts";

export interface NewFlagEditing {
  readonly form: ReadonlySignal<NewFlag>;
  /** Whether the person has typed or chosen something that is not created yet. */
  readonly isChanged: ReadonlySignal<boolean>;
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** The number of discards. As the key of the controls, it makes a discard remove typed text that is invalid too. */
  readonly discarded: ReadonlySignal<number>;
  change(form: NewFlag): void;
  /** Continues with a draft of an earlier load of the page. */
  restore(form: NewFlag): void;
  discard(): void;
  refuse(problems: readonly Problem[]): void;
  /** Ends the editing, because the flag exists now. */
  finish(): void;
}

export function createNewFlagEditing(): NewFlagEditing {
  const form = signal(startNewFlag());
  const problems = signal<readonly Problem[]>([]);
  const discarded = signal(0);
  const isFinished = signal(false);
  const start = withoutIds(form.peek());
  const isChanged = computed(() => !isFinished.value && !isSame(start, withoutIds(form.value)));
  const change = (next: NewFlag): void => {
    form.value = next;
    problems.value = [];
  };
  return {
    form,
    isChanged,
    problems,
    discarded,
    change,
    restore(kept) {
      // Ids are unique only within one load of the page.
      change({ ...kept, variants: kept.variants.map(({ item }) => row(item)) });
    },
    discard() {
      change(startNewFlag());
      discarded.value++;
    },
    refuse(found) {
      problems.value = found;
    },
    finish() {
      isFinished.value = true;
    },
  };
}

function withoutIds(form: NewFlag): object {
  return { ...form, variants: form.variants.map(({ item }) => item) };
}
