/** Undoes a change of many flags. */
import type { JSX } from "preact";
import type { Client } from "../../../../../sdk/client/client.ts";
import { listText } from "../../../../../sdk/words/names.ts";
import { environments } from "../../../state/environments.ts";
import { readSelected, writePlan } from "../../../state/flags/bulk-changes.ts";
import { type Planned, undoPlanOf } from "../../../state/flags/bulk-undo.ts";
import { environmentsOf } from "../../../state/flags/changed-flag.ts";
import { notify, notifyFailure } from "../../../state/notices.ts";
import { client } from "../../../state/session.ts";
import { announceUndo } from "../../../state/undone.ts";
import { askReviewIfProtected } from "../../../ui/review/review.tsx";

/** Says what was written, with Undo. */
export function notifyBulk(environment: string, text: string, written: readonly Planned[]): void {
  notify(text, "done", { action: { label: "Undo", run: () => undoBulk(environment, written) } });
}

/** Undoes the change of each flag that has not changed since. In production, a review comes first. */
async function undoBulk(environment: string, written: readonly Planned[]): Promise<void> {
  try {
    const keys = new Set(written.map(({ flag }) => flag.key));
    const selected = await readSelected(client, environment, keys);
    const { plan, left } = undoPlanOf(written, selected.flags);
    const rest =
      left.length === 0 ? "" : `. Left as they are, because they have changed since: ${listText(left, "and", 3)}`;
    if (plan.length === 0) return void notify(`Nothing was undone${rest}`);
    const changeClient = await askUndo(await environmentsOfPlan(environment, plan), plan);
    if (changeClient === undefined) return;
    const failures = await writePlan(changeClient, selected, plan);
    const changed = new Set(failures.flatMap((failure) => (failure.isChanged === true ? failure.keys : [])));
    for (const failure of failures.filter(({ isChanged }) => isChanged !== true))
      notify(`Could not undo ${failure.keys.join(", ")}: ${failure.reason}`, "failed");
    const refused = new Set(failures.flatMap((failure) => failure.keys));
    const done = plan.filter(({ flag }) => !refused.has(flag.key));
    announceUndo();
    if (done.length > 0) {
      const names = done.map(({ flag }) => flag.key);
      notifyBulk(environment, `Change undone for ${listText(names, "and", 3)}${rest}`, done);
    } else if (rest !== "") notify(`Nothing was undone${rest}`);
    if (changed.size === 0) return;
    notify(`Someone else has just changed ${listText([...changed], "and", 3)}, so the flags are compared again`);
    await undoBulk(
      environment,
      written.filter(({ flag }) => changed.has(flag.key)),
    );
  } catch (error) {
    notifyFailure("Could not undo the change of the flags", error);
  }
}

/** More flags than these count as flags of every environment. */
const MOST_SINGLE_READS = 20;

/** Returns the environments that the plan changes. All but a switch changes every environment that has the flag. */
async function environmentsOfPlan(environment: string, plan: readonly Planned[]): Promise<string[]> {
  const shared = plan.filter(({ flag, wanted }) => wanted === undefined || flag.enabled === wanted.enabled);
  if (shared.length === 0) return [environment];
  if (shared.length > MOST_SINGLE_READS) return (environments.data.peek() ?? []).map(({ key }) => key);
  const found = await Promise.all(shared.map(({ flag }) => environmentsOf(flag.key)));
  return [...new Set([environment, ...found.flat()])];
}

function askUndo(affected: readonly string[], plan: readonly Planned[]): Promise<Client | undefined> {
  const isSwitched = ({ flag, wanted, isRestored }: Planned): boolean =>
    isRestored === true || flag.enabled !== wanted?.enabled;
  return askReviewIfProtected({
    title: `Undo the change of ${plan.length === 1 ? "1 flag" : `${plan.length} flags`}?`,
    action: "Undo the change",
    isDangerous: plan.some(isSwitched),
    isDestructive: plan.some(({ wanted }) => wanted === undefined),
    environments: affected,
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
