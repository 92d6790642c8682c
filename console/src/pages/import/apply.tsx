import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ImportedProject } from "../../../../sdk/import/index.ts";
import type { EnvironmentPlan, PlannedChange } from "../../../../sdk/project/plan.ts";
import { environments } from "../../state/environments.ts";
import { applyImport, changesDefinitions, planImport } from "../../state/import/apply-import.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { Changes, DifferenceList } from "../../ui/words/differences.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { ReviewDialog } from "../../ui/review/review.tsx";
import { Failure } from "../../ui/states.tsx";

/** Chooses the environment, and opens the review of the changes to it. */
export function ApplySection({ project, environment }: { project: ImportedProject; environment: string }): JSX.Element {
  const [target, setTarget] = useState(environment);
  const [plan, setPlan] = useState<EnvironmentPlan>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState<string>();
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
      else setDone(`${target} already has these flags and segments, so there is nothing to change.`);
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
            <button type="button" class="primary" disabled={isBusy} onClick={() => void review()}>
              {isBusy ? "Comparing…" : "Review and apply"}
            </button>
          </p>
        </>
      )}
      <Failure text={problem} />
      <p role="status">
        {done !== undefined && (
          <>
            {done} <a href={href(["flags"], { environment: target })}>Show the flags of {target}</a>
          </>
        )}
      </p>
      {plan !== undefined && <Review plan={plan} onClose={() => setPlan(undefined)} onDone={setDone} />}
    </section>
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
  plan: EnvironmentPlan;
  onClose: () => void;
  onDone: (text: string) => void;
}): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const { environment, changes } = plan;
  const all = (environments.data.value ?? []).map(({ key }) => key);
  const others = changesDefinitions(plan) ? all.filter((key) => key !== environment) : [];
  const replaced = changes.filter(({ action }) => action === "update").length;
  const apply = async (): Promise<void> => {
    try {
      const text = await applyImport(plan);
      notify(text);
      onDone(`${text}.`);
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
        . An import has no Undo: the audit log restores each flag and segment.
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

/** The number of changes that the review lists one by one. */
const LISTED = 200;

function PlannedChanges({ changes }: { changes: readonly PlannedChange[] }): JSX.Element {
  return (
    <div class="review" role="region" aria-label="Changes" tabIndex={0}>
      {changes.slice(0, LISTED).map(({ kind, key, action, differences: found }) => (
        <details key={`${kind} ${key}`}>
          <summary>
            {action === "create" ? "Create" : "Replace"} {kind} <code>{key}</code>
          </summary>
          {action === "create" ? <NewDocument found={found} /> : <DifferenceList differences={found} />}
        </details>
      ))}
      {changes.length > LISTED && <p class="hint">and {changes.length - LISTED} more</p>}
    </div>
  );
}

/** A new flag or segment, whose plan has one difference with the whole. */
function NewDocument({ found: [whole] }: { found: PlannedChange["differences"] }): JSX.Element {
  return <Changes before={undefined} after={(whole?.after ?? {}) as object} />;
}
