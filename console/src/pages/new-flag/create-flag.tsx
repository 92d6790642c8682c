import type { JSX } from "preact";
import type { Client } from "../../../../sdk/client/client.ts";
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useCatalogue } from "../../state/catalogue.ts";
import { useKeptDraft } from "../../state/drafts/use-kept-draft.ts";
import { flagProblemsOf } from "../../state/flags/flag-check.ts";
import { environments, typedWord } from "../../state/environments.ts";
import { missingParts } from "../../state/new-flag/audience.ts";
import { createEverywhere } from "../../state/new-flag/create-everywhere.ts";
import { keyOf, type NewFlag, newFlagOf } from "../../state/new-flag/new-flag.ts";
import { createNewFlagEditing, type NewFlagEditing } from "../../state/new-flag/new-flag-editing.ts";
import { go, href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { focusField, focusFirst } from "../../ui/fields/focus.ts";
import { useInvalidText } from "../../ui/fields/invalid-text.ts";
import { ProblemSummary } from "../../ui/fields/problem-summary.tsx";
import type { Problem } from "../../ui/fields/problem.ts";
import { withControlProblems } from "../../ui/fields/refused-fields.ts";
import { unsavedChangesTo, useLeaveGuard } from "../../ui/leave-guard.ts";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Questions } from "./questions.tsx";

/**
 * Creates a flag with three questions. It exists in all environments, and is on in this one at most. Until then, the
 * tab keeps the form.
 */
export function CreateFlag({ environment }: { environment: string }): JSX.Element {
  const editing = useMemo(createNewFlagEditing, []);
  const form = editing.form.value;
  const [isReviewing, setReviewing] = useState(false);
  const catalogue = useCatalogue(environment);
  const invalidText = useInvalidText();
  useKeptForm(environment, editing);
  useEffect(() => focusField("/name"), []);
  useLeaveGuard(
    () => editing.isChanged.peek() || invalidText.remains(),
    () => unsavedChangesTo("the new flag"),
  );
  const refuse = (found: readonly Problem[]): void => {
    editing.refuse(found);
    focusFirst(found);
  };
  const review = async (): Promise<void> => {
    const own = invalidText.refuse();
    const missing = missingParts(form.audience);
    const found = missing.length > 0 ? missing : await flagProblemsOf(newFlagOf(form, true), catalogue.flags);
    editing.refuse(found);
    if (own.length + found.length === 0) setReviewing(true);
    else focusFirst(withControlProblems(own, found));
  };
  const create = async (changeClient: Client, others: readonly string[]): Promise<void> => {
    const flags = { flag: newFlagOf(form, true), off: newFlagOf(form, false) };
    const isCreated = await createEverywhere(changeClient, environment, others, flags, refuse);
    setReviewing(false);
    if (!isCreated) return;
    editing.finish();
    go(["flags", keyOf(form)]);
  };
  const discard = (): void => {
    editing.discard();
    invalidText.clear();
  };
  const problems = withControlProblems(invalidText.problems, editing.problems.value);
  return (
    <>
      <form
        ref={invalidText.form}
        class="stack"
        aria-label="New flag"
        noValidate
        onInput={invalidText.onInput}
        onSubmit={(event) => (event.preventDefault(), void review())}
      >
        <Questions
          key={editing.discarded.value}
          environment={environment}
          known={catalogue}
          form={form}
          problems={problems}
          onChange={editing.change}
        />
        <ProblemSummary problems={problems} isNew onFocusField={focusField} />
        <Actions canDiscard={editing.isChanged.value || invalidText.isInvalid} onDiscard={discard} />
      </form>
      {isReviewing && (
        <CreateReview environment={environment} form={form} onCreate={create} onClose={() => setReviewing(false)} />
      )}
    </>
  );
}

function useKeptForm(environment: string, editing: NewFlagEditing): void {
  const { form: edited, isChanged, restore, discard } = editing;
  const base = useMemo(() => signal(undefined), [editing]);
  const id = { entity: "new-flag" as const, environment, key: undefined };
  useKeptDraft({ id, base, edited, isChanged, restore, discard }, [editing]);
}

function Actions({ canDiscard, onDiscard }: { canDiscard: boolean; onDiscard: () => void }): JSX.Element {
  const discard = async (): Promise<void> => {
    const detail = "Everything that you have typed on this page will be lost.";
    if (await confirm({ title: "Discard the new flag?", detail, action: "Discard", isDestructive: true })) onDiscard();
  };
  return (
    <footer class="actions">
      <a href={href(["flags", "new"], { editor: "full" })}>Open the full editor instead</a>
      <button type="button" disabled={!canDiscard} onClick={() => void discard()}>
        Discard
      </button>
      <button type="submit" class="primary" disabled={isReadOnly.value}>
        Review and create
      </button>
    </footer>
  );
}

interface ReviewProps {
  environment: string;
  form: NewFlag;
  onCreate: (changeClient: Client, others: readonly string[]) => Promise<void>;
  onClose: () => void;
}

/** The review before the flag is created. A flag that is on in production needs the key of the environment. */
function CreateReview({ environment, form, onCreate, onClose }: ReviewProps): JSX.Element {
  const flag = newFlagOf(form, true);
  const others = (environments.data.value ?? []).map(({ key }) => key).filter((key) => key !== environment);
  return (
    <ReviewDialog
      title={`Create ${flag.key}?`}
      action="Create flag"
      busyAction="Creating…"
      cancel="Keep editing"
      after={flag}
      isDangerous={flag.enabled && typedWord([environment]) !== undefined}
      environments={[environment, ...others]}
      onSubmit={(changeClient) => onCreate(changeClient, others)}
      onClose={onClose}
    >
      <p>
        {flag.enabled ? `It is on in ${environment}` : `It is off in ${environment}`}
        {others.length > 0 && `, and off in ${others.join(", ")}`}.
      </p>
    </ReviewDialog>
  );
}
