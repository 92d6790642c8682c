/** A flag being edited: a draft beside what is stored, what differs, and what the deployment refused of it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { type Difference, differences } from "../../../../sdk/client/differences.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { saveFlag, toggleFlag } from "./flag-changes.ts";
import { type Draft, draftOf, flagOf, newDraft } from "./flag-draft.ts";
import { notify, notifyFailure } from "../notices.ts";
import { standing } from "./pointers.ts";
import { client } from "../session.ts";

export interface Editing {
  readonly environment: string;
  /** Undefined: the flag is new. */
  readonly stored: ReadonlySignal<Flag | undefined>;
  readonly draft: ReadonlySignal<Draft>;
  /** Of the draft against what is stored, field by field. */
  readonly changes: ReadonlySignal<readonly Difference[]>;
  /** What the deployment refused and is still so. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** How often the draft was discarded: what was typed and could not be read goes with it. */
  readonly discarded: ReadonlySignal<number>;
  change(patch: Partial<Draft>): void;
  /** Back to what is stored. */
  discard(): void;
  /** Writes the draft; false when nothing was written. */
  save(): Promise<boolean>;
  /** Switches the stored flag on or off at once, whatever else is being edited. */
  toggle(): Promise<void>;
}

/** `initial`: what a new flag starts from, where there is none stored. */
export function createEditing(environment: string, flag: Flag | undefined, initial: Draft = newDraft()): Editing {
  const stored = signal(flag);
  const start = flag === undefined ? initial : draftOf(flag);
  const base = signal(flagOf(start));
  const draft = signal(start);
  const edited = computed(() => flagOf(draft.value));
  const refused = signal<{ problems: readonly Problem[]; sent: Flag } | undefined>(undefined);

  const discarded = signal(0);

  const accept = (saved: Flag): void => {
    stored.value = saved;
    draft.value = draftOf(saved, draft.peek());
    base.value = flagOf(draft.value);
    refused.value = undefined;
  };

  const save = async (): Promise<boolean> => {
    const sent = edited.peek();
    const onRefused = (error: unknown): void => {
      const problems = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      refused.value = { problems, sent };
      if (problems.length === 0) notifyFailure(`${sent.key} was not saved`, error);
    };
    const from = stored.peek();
    const saved =
      from === undefined
        ? await createFlag(environment, sent, onRefused)
        : await saveFlag(environment, from, sent, onRefused);
    if (saved === undefined) return false;
    accept(saved);
    return true;
  };

  return {
    environment,
    stored,
    draft,
    discarded,
    changes: computed(() => differences(base.value, edited.value)),
    problems: computed(() =>
      refused.value === undefined ? [] : standing(refused.value.problems, refused.value.sent, edited.value),
    ),
    change(patch) {
      draft.value = { ...draft.value, ...patch };
    },
    discard() {
      const from = stored.peek();
      draft.value = from === undefined ? initial : draftOf(from, draft.peek());
      refused.value = undefined;
      discarded.value++;
    },
    save,
    async toggle() {
      const from = stored.peek();
      if (from === undefined) return;
      await toggleFlag(environment, from, (flag) => {
        const isOnlySwitched =
          differences({ ...base.peek(), enabled: flag.enabled }, flagOf(draftOf(flag))).length === 0;
        // Somebody else's version was kept. Over a draft it is not the one that the draft is of: saving has to ask.
        if (!isOnlySwitched && differences(base.peek(), edited.peek()).length === 0) return accept(flag);
        stored.value = isOnlySwitched ? flag : { ...from, enabled: flag.enabled };
        base.value = { ...base.peek(), enabled: flag.enabled };
        draft.value = { ...draft.peek(), enabled: flag.enabled };
      });
    },
  };
}

/** Creates a flag that must not be there yet. Undefined when it was refused. */
export async function createFlag(
  environment: string,
  flag: Flag,
  onRefused: (error: unknown) => void,
): Promise<Flag | undefined> {
  try {
    const { answer } = await client.call("createFlag", { path: { env: environment }, body: flag });
    notify(`${flag.key} is created in ${environment}, version ${answer.version}`);
    return answer.flag;
  } catch (error) {
    onRefused(error);
    return undefined;
  }
}
