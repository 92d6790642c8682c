/** The editing of one flag: its draft, the stored flag, the changes between them, and the rejected fields. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { type Difference, differences } from "../../../../sdk/client/differences.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { changedNow, saveFlag, toggleFlag } from "./flag-changes.ts";
import { type Draft, draftOf, flagOf, newDraft } from "./flag-draft.ts";
import { notify, notifyFailure } from "../notices.ts";
import { createRefusals } from "./refusals.ts";
import { client } from "../session.ts";

export interface Editing {
  readonly environment: string;
  /** `undefined` while the flag is new. */
  readonly stored: ReadonlySignal<Flag | undefined>;
  readonly draft: ReadonlySignal<Draft>;
  /** The changes between the stored flag and the draft, by field. */
  readonly changes: ReadonlySignal<readonly Difference[]>;
  /** The rejected fields that have not changed since. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** How often the draft was discarded. Controls use it as a key, because typed text that is invalid must go too. */
  readonly discarded: ReadonlySignal<number>;
  change(patch: Partial<Draft>): void;
  /** Returns to the stored flag. */
  discard(): void;
  /** Shows the flag as somebody else has saved it. Without a question, so only while the draft has no changes. */
  replace(flag: Flag): void;
  /** Checks the JSON Schema and the variants. Resolves with `false` if there are problems, which are then listed. */
  check(): Promise<boolean>;
  /** Saves the draft. Resolves with `false` if nothing was saved. */
  save(): Promise<boolean>;
  /** Turns the stored flag on or off at once, without saving the draft. */
  toggle(): Promise<void>;
}

/** Starts editing a stored flag, or the `initial` draft of a new one. */
export function createEditing(environment: string, flag: Flag | undefined, initial: Draft = newDraft()): Editing {
  const stored = signal(flag);
  const start = flag === undefined ? initial : draftOf(flag);
  const base = signal(flagOf(start));
  const draft = signal(start);
  const edited = computed(() => flagOf(draft.value));
  const refusals = createRefusals(edited);
  const discarded = signal(0);
  const changes = computed(() => differences(base.value, edited.value));

  const accept = (saved: Flag): void => {
    stored.value = saved;
    draft.value = draftOf(saved, draft.peek());
    base.value = flagOf(draft.value);
    refusals.clear();
  };
  const save = async (): Promise<boolean> => {
    const sent = edited.peek();
    const onRejected = (error: unknown): void => {
      const problems = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      refusals.reject(problems, sent);
      if (problems.length === 0) notifyFailure(`Could not save ${sent.key}`, error);
    };
    const from = stored.peek();
    const saved =
      from === undefined
        ? await createFlag(environment, sent, onRejected)
        : await saveFlag(environment, from, sent, onRejected);
    if (saved === undefined) return false;
    accept(saved);
    return true;
  };
  return {
    environment,
    stored,
    draft,
    discarded,
    changes,
    problems: refusals.problems,
    change(patch) {
      draft.value = { ...draft.value, ...patch };
    },
    discard() {
      const from = stored.peek();
      draft.value = from === undefined ? initial : draftOf(from, draft.peek());
      refusals.clear();
      discarded.value++;
    },
    replace(flag) {
      accept(flag);
      discarded.value++;
    },
    check: refusals.check,
    save,
    async toggle() {
      const from = stored.peek();
      if (from === undefined) return;
      await toggleFlag(environment, from, (flag) => {
        const switched = { ...base.peek(), enabled: flag.enabled };
        const isOnlySwitched = differences(switched, flagOf(draftOf(flag))).length === 0;
        // The person kept someone else's version. A draft is not based on it, so saving the draft must ask again.
        if (!isOnlySwitched && changes.peek().length === 0) return accept(flag);
        stored.value = isOnlySwitched ? flag : { ...from, enabled: flag.enabled };
        base.value = switched;
        draft.value = { ...draft.peek(), enabled: flag.enabled };
      });
    },
  };
}

/** Creates a flag. Returns `undefined` if it was rejected, for example because it already exists. */
export async function createFlag(
  environment: string,
  flag: Flag,
  onRejected: (error: unknown) => void,
): Promise<Flag | undefined> {
  try {
    const { body } = await client.call("createFlag", { path: { env: environment }, body: flag });
    const audience = flag.clientVisible === true ? "" : "; only servers see it, until it is visible to client keys";
    notify(`${flag.key} created in ${environment} (version ${body.version})${audience}`);
    return changedNow(body.flag);
  } catch (error) {
    onRejected(error);
    return undefined;
  }
}
