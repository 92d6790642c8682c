import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { flagOf } from "../../state/flags/flag-draft.ts";
import { reasonOf } from "../../state/notices.ts";
import { type Comparison, compareDraft } from "../../state/try-it/draft.ts";
import type { Moment } from "../../state/try-it/question.ts";
import { createSubject } from "../../state/try-it/subject.ts";
import { attributesOf } from "../../state/try-it/trace.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { Failure } from "../../ui/states.tsx";
import { ExplanationView } from "./explanation.tsx";
import { DraftSample } from "./draft-sample.tsx";
import { MomentField } from "./moment-field.tsx";
import { SampleBy } from "./sample-button.tsx";
import { SubjectForm } from "./subject.tsx";

interface Props {
  editing: Editing;
  onClose: () => void;
}

/** Evaluates the unsaved draft beside the stored flag, for one user and for a thousand. Nothing is saved. */
export function DraftPanel({ editing, onClose }: Props): JSX.Element | null {
  const id = useId();
  const stored = editing.stored.value;
  const draft = flagOf(editing.draft.value);
  const suggested = useMemo(() => attributesOf(draft), []);
  const subject = useMemo(() => createSubject(suggested), []);
  const moment = useMemo(() => signal<Moment>({}), []);
  const [compared, setCompared] = useState<{ result: Comparison; of: string } | undefined>();
  const [state, setState] = useState<{ isBusy: boolean; problem?: string }>({ isBusy: false });
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "start" });
    panel.current?.focus();
  }, []);
  if (stored === undefined) return null;
  const evaluate = async (): Promise<void> => {
    if (state.isBusy) return;
    const input = subject.input();
    if (input === undefined) return setState({ isBusy: false, problem: "Fix the marked fields first." });
    setState({ isBusy: true });
    try {
      const question = { ...input, at: moment.peek().at, by: subject.by.peek() };
      const result = await compareDraft(editing.environment, { stored, draft }, question);
      setCompared({ result, of: JSON.stringify([stored, draft]) });
      setState({ isBusy: false });
    } catch (error) {
      setCompared(undefined);
      setState({ isBusy: false, problem: reasonOf(error) });
    }
  };
  return (
    <section ref={panel} class="card stack draft-panel" aria-labelledby={id} tabIndex={-1}>
      <header class="heading">
        <h2 id={id}>Try this draft</h2>
        <button type="button" class="quiet icon-button" aria-label="Close the trial" onClick={onClose}>
          <Icon of={icons.close} />
        </button>
      </header>
      <p class="hint">This evaluates the flag as it is on this page, and the stored one. It saves nothing.</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void evaluate();
        }}
      >
        <SubjectForm subject={subject} suggested={suggested} />
        <MomentField moment={moment} problem={undefined} hasVersion={false} onTake={() => undefined} />
        <Failure text={state.problem} />
        <footer class="actions">
          <SampleBy subject={subject} names={suggested.context} />
          <button type="submit" class="primary" aria-disabled={state.isBusy}>
            Compare with the stored flag
          </button>
        </footer>
      </form>
      <div aria-live="polite">
        {compared !== undefined && (
          <Compared {...compared} now={JSON.stringify([stored, draft])} variants={variantsOf(stored, draft)} />
        )}
      </div>
    </section>
  );
}

function variantsOf(stored: Flag, draft: Flag): string[] {
  return [...new Set([...Object.keys(stored.variants), ...Object.keys(draft.variants)])];
}

interface ComparedProps {
  result: Comparison;
  /** The stored flag and the draft that were compared, and those of now, as JSON. */
  of: string;
  now: string;
  variants: readonly string[];
}

function Compared({ result, of, now, variants }: ComparedProps): JSX.Element {
  return (
    <>
      {of !== now && <p class="banner">The flag on this page has changed since. Compare again.</p>}
      <p>
        <strong>
          {result.isSame ? "This user gets the same from both." : "The draft changes the result of this user."}
        </strong>
      </p>
      <div class="side-by-side">
        <ExplanationView {...result.stored} title="Stored flag" />
        <ExplanationView {...result.draft} title="Draft" />
      </div>
      <DraftSample sampled={result.sampled} variants={variants} />
    </>
  );
}
