import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Client } from "../../../../sdk/client/client.ts";
import type { ImportedProject } from "../../../../sdk/import/index.ts";
import { environments } from "../../state/environments.ts";
import {
  applyImport,
  changesDefinitions,
  type ImportPeriod,
  type ImportPlan,
  planImport,
} from "../../state/import/apply-import.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { Select } from "../../ui/fields/select.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Failure } from "../../ui/states.tsx";
import { PlannedChanges } from "./planned-changes.tsx";
import { otherEnvironments, undoImport } from "./undo.tsx";

/** Chooses the environment, and opens the review of the changes to it. */
export function ApplySection({ project, environment }: { project: ImportedProject; environment: string }): JSX.Element {
  const [target, setTarget] = useState(environment);
  const [plan, setPlan] = useState<ImportPlan>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<Done>();
  const [isBusy, setBusy] = useState(false);
  const { flags, segments, report } = project;
  const leftOut = report.entries.length - flags.length - segments.length;
  const review = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    setDone(undefined);
    try {
      const next = await planImport(project, target);
      if (next.changes.length > 0) setPlan(next);
      else setDone({ text: `${target} already has these flags and segments, so there is nothing to change.` });
    } catch (error) {
      setProblem(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  const nothing = flags.length + segments.length === 0;
  return (
    <section class="card stack" aria-labelledby="apply">
      <h2 id="apply">Apply</h2>
      {nothing && <p>Nothing can be imported. The notes in the report say why.</p>}
      {!nothing && isReadOnly.value && <p class="hint">Your token is read-only, so you cannot apply the flags.</p>}
      {!nothing && !isReadOnly.value && (
        <>
          <p>
            {countText(flags.length, segments.length)} can be applied
            {leftOut > 0 && `, and ${leftOut} ${leftOut === 1 ? "is" : "are"} left out (see the report)`}. Everything
            else in the environment stays as it is.
          </p>
          <Select
            label="To environment"
            value={target}
            options={(environments.data.value ?? []).map(({ key, name }) => [key, name] as const)}
            onChange={(next) => {
              setTarget(next);
              setProblem(undefined);
              setDone(undefined);
            }}
            pointer="/target"
          />
          <p>
            <button type="button" class="primary" aria-disabled={isBusy} onClick={() => !isBusy && void review()}>
              {isBusy ? "Comparing…" : "Review and apply"}
            </button>
          </p>
        </>
      )}
      <Failure text={problem} />
      <div role="status">{done !== undefined && <Result done={done} environment={target} onUndone={setDone} />}</div>
      {plan !== undefined && <Review plan={plan} onClose={() => setPlan(undefined)} onDone={setDone} />}
    </section>
  );
}

/** The result of the last review or import. */
interface Done {
  text: string;
  /** The import that can be undone. */
  plan?: ImportPlan;
  /** The time of its entries in the audit log. */
  period?: ImportPeriod;
}

function Result({
  done: { text, plan, period },
  environment,
  onUndone,
}: {
  done: Done;
  environment: string;
  onUndone: (done: Done) => void;
}): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const undo = async (written: ImportPlan): Promise<void> => {
    setBusy(true);
    const undone = await undoImport(written);
    setBusy(false);
    if (undone !== undefined) onUndone({ text: undone });
  };
  return (
    <>
      <p>
        {text} <a href={href(["flags"], { environment })}>Show the flags of {environment}</a>
      </p>
      {plan !== undefined && (
        <p class="actions">
          <a href={href(["audit"], { environment, ...period })}>Show the changes in the audit log</a>
          <button type="button" aria-disabled={isBusy} onClick={() => !isBusy && void undo(plan)}>
            {isBusy ? "Comparing…" : "Undo this import"}
          </button>
        </p>
      )}
    </>
  );
}

function countText(flags: number, segments: number): string {
  const count = (n: number, noun: string): string[] => (n === 0 ? [] : [n === 1 ? `1 ${noun}` : `${n} ${noun}s`]);
  return [...count(flags, "flag"), ...count(segments, "segment")].join(" and ");
}

function Review({
  plan,
  onClose,
  onDone,
}: {
  plan: ImportPlan;
  onClose: () => void;
  onDone: (done: Done) => void;
}): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const { environment, changes } = plan;
  const others = changesDefinitions(plan) || plan.redefined.size > 0 ? otherEnvironments(environment) : [];
  const replaced = changes.filter(({ action }) => action === "update").length;
  const apply = async (changeClient: Client): Promise<void> => {
    try {
      const { text, ...found } = await applyImport(changeClient, plan);
      notify(text, "done", { action: { label: "Undo", run: async () => void (await undoImport(plan)) } });
      onDone({ text: `${text}.`, plan, ...found });
      onClose();
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  return (
    <ReviewDialog
      title={`Import into ${environment}?`}
      action={`Apply to ${environment}`}
      busyAction="Applying…"
      environments={[environment, ...others]}
      onSubmit={apply}
      onClose={onClose}
    >
      <p>
        {[`${changes.length - replaced} to create`, `${replaced} to replace`]
          .filter((one) => !one.startsWith("0 "))
          .join(", ")}
        . Undo deletes what was created and brings back what was replaced, except for flags and segments that have
        changed since.
      </p>
      <PlannedChanges changes={changes} />
      {others.length > 0 && (
        <p class="banner">
          All environments share the definitions of flags, so the changes to them also apply in {others.join(", ")}.
        </p>
      )}
      <Failure text={problem} />
    </ReviewDialog>
  );
}
