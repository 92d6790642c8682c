import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useCatalogue } from "../../state/catalogue.ts";
import { environments, typedWord } from "../../state/environments.ts";
import { isComplete } from "../../state/new-flag/audience.ts";
import { createEverywhere } from "../../state/new-flag/create-everywhere.ts";
import { keyOf, type NewFlag, newFlagOf, startNewFlag } from "../../state/new-flag/new-flag.ts";
import { go, href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { focusField } from "../../ui/fields/focus.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { useLeaveGuard } from "../../ui/leave-guard.ts";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Questions } from "./questions.tsx";

/** Creates a flag with three questions. It exists in all environments, and is on in this one at most. */
export function CreateFlag({ environment }: { environment: string }): JSX.Element {
  const [form, setForm] = useState(startNewFlag);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isReviewing, setReviewing] = useState(false);
  const catalogue = useCatalogue(environment);
  const isCreated = useRef(false);
  const change = (next: NewFlag): void => {
    setForm(next);
    setProblems([]);
  };
  useLeaveGuard(
    () => form.name !== "" && !isCreated.current,
    () => `The new flag ${form.name} has not been created yet.`,
  );
  const refuse = (found: readonly Problem[]): void => {
    setProblems(found);
    const [first] = found;
    if (first !== undefined) requestAnimationFrame(() => focusField(first.pointer));
  };
  const review = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isComplete(form.audience)) setReviewing(true);
    else
      refuse([
        { pointer: `/rules/0/when/${form.audience.kind === "segment" ? "segment" : "values"}`, detail: "is missing" },
      ]);
  };
  const create = async (others: readonly string[]): Promise<void> => {
    const flags = { flag: newFlagOf(form, true), off: newFlagOf(form, false) };
    isCreated.current = await createEverywhere(environment, others, flags, refuse);
    setReviewing(false);
    if (isCreated.current) go(["flags", keyOf(form)]);
  };
  return (
    <>
      <form class="stack" aria-label="New flag" onSubmit={review}>
        <Questions environment={environment} known={catalogue} form={form} problems={problems} onChange={change} />
        <footer class="actions">
          <a href={href(["flags", "new"], { editor: "full" })}>Open the full editor instead</a>
          <button type="submit" class="primary" disabled={isReadOnly.value}>
            Review and create
          </button>
        </footer>
      </form>
      {isReviewing && (
        <CreateReview environment={environment} form={form} onCreate={create} onClose={() => setReviewing(false)} />
      )}
    </>
  );
}

interface ReviewProps {
  environment: string;
  form: NewFlag;
  onCreate: (others: readonly string[]) => Promise<void>;
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
      onSubmit={() => onCreate(others)}
      onClose={onClose}
    >
      <p>
        {flag.enabled ? `It is on in ${environment}` : `It is off in ${environment}`}
        {others.length > 0 && `, and off in ${others.join(", ")}`}.
      </p>
    </ReviewDialog>
  );
}
