/** Undoes a change of many flags. */
import type { JSX } from "preact";
import { listText } from "../../../../../sdk/words/names.ts";
import { isProtected } from "../../../state/environments.ts";
import { readSelected, writePlan } from "../../../state/flags/bulk-changes.ts";
import { type Planned, undoPlanOf } from "../../../state/flags/bulk-undo.ts";
import { notify, notifyFailure } from "../../../state/notices.ts";
import { announceUndo } from "../../../state/undone.ts";
import { askReview } from "../../../ui/review/review.tsx";

/** Says what was written, with Undo. */
export function notifyBulk(environment: string, text: string, written: readonly Planned[]): void {
  notify(text, "done", { action: { label: "Undo", run: () => undoBulk(environment, written) } });
}

/** Undoes the change of each flag that has not changed since. In production, a review comes first. */
async function undoBulk(environment: string, written: readonly Planned[]): Promise<void> {
  try {
    const keys = new Set(written.map(({ flag }) => flag.key));
    const isArchive = written.every(({ wanted }) => wanted === undefined);
    const now = isArchive ? [] : (await readSelected(environment, keys)).flags;
    const { plan, left } = undoPlanOf(written, now);
    const rest =
      left.length === 0 ? "" : `. Left as they are, because they have changed since: ${listText(left, "and", 3)}`;
    if (plan.length === 0) return void notify(`Nothing was undone${rest}`);
    if (isProtected(environment) && !isArchive && !(await isConfirmed(environment, plan))) return;
    const failures = await writePlan(environment, plan);
    for (const failure of failures) notify(`Could not undo ${failure.keys.join(", ")}: ${failure.reason}`, "failed");
    const refused = new Set(failures.flatMap((failure) => failure.keys));
    const done = plan.filter(({ flag }) => !refused.has(flag.key));
    announceUndo();
    if (done.length === 0) return;
    const names = done.map(({ flag }) => flag.key);
    notifyBulk(environment, `Change undone for ${listText(names, "and", 3)}${rest}`, done);
  } catch (error) {
    notifyFailure("Could not undo the change of the flags", error);
  }
}

function isConfirmed(environment: string, plan: readonly Planned[]): Promise<boolean> {
  return askReview({
    title: `Undo the change of ${plan.length === 1 ? "1 flag" : `${plan.length} flags`}?`,
    action: "Undo the change",
    isDangerous: plan.some(({ flag, wanted }) => flag.enabled !== wanted?.enabled),
    environments: [environment],
    children: <Plan plan={plan} />,
  });
}

/** The changes of flags, one by one. */
export function Plan({ plan }: { plan: readonly Planned[] }): JSX.Element {
  return (
    <ul class="bulk-plan" aria-label="Changes">
      {plan.map(({ flag, text }) => (
        <li key={flag.key}>
          <strong>{flag.key}</strong>: {text}
        </li>
      ))}
    </ul>
  );
}
