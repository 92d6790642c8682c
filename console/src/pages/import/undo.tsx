import type { JSX } from "preact";
import { listText } from "../../../../sdk/words/names.ts";
import { environments } from "../../state/environments.ts";
import {
  applyUndo,
  changesDefinitions,
  type ImportPlan,
  planUndo,
  readUseOfDeleted,
} from "../../state/import/apply-import.ts";
import type { Left } from "../../state/import/inverse-plan.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { announceUndo } from "../../state/undone.ts";
import { askReview } from "../../ui/review/review.tsx";
import { PlannedChanges } from "./planned-changes.tsx";

export function otherEnvironments(environment: string): string[] {
  return (environments.data.peek() ?? []).map(({ key }) => key).filter((key) => key !== environment);
}

/** Undoes an import after a review. Returns the result in words, or `undefined` if nothing was written. */
export async function undoImport(written: ImportPlan): Promise<string | undefined> {
  const { environment } = written;
  const topic = `import ${environment}`;
  try {
    const inverse = await planUndo(written);
    const { plan, left } = inverse;
    if (plan.changes.length === 0) {
      const reasons = left.map(({ name, reason }) => `${name}: ${reason}`);
      const text = reasons.length === 0 ? "is already undone" : `cannot be undone. ${listText(reasons, "and", 3)}`;
      notify(`The import into ${environment} ${text}`, "done", { topic });
      return undefined;
    }
    const others = changesDefinitions(plan) ? otherEnvironments(environment) : [];
    const changeClient = await askReview({
      title: `Undo the import into ${environment}?`,
      action: "Undo the import",
      warnings: await readUseOfDeleted(plan),
      isDestructive: plan.changes.some(({ action }) => action === "delete"),
      environments: [environment, ...others],
      children: (
        <>
          <PlannedChanges changes={plan.changes} />
          <LeftAlone left={left} />
          {others.length > 0 && (
            <p class="banner">
              All environments share the definitions of flags, so the changes to them also apply in {others.join(", ")}.
            </p>
          )}
        </>
      ),
    });
    if (changeClient === undefined) return undefined;
    const text = await applyUndo(changeClient, inverse);
    notify(`${text}. To get it back, import again`, "done", { topic });
    announceUndo();
    return `${text}.`;
  } catch (error) {
    notifyFailure(`Could not undo the import into ${environment}`, error, topic);
    return undefined;
  }
}

function LeftAlone({ left }: { left: readonly Left[] }): JSX.Element | null {
  if (left.length === 0) return null;
  return (
    <>
      <p>These stay as they are:</p>
      <ul aria-label="Not undone">
        {left.map(({ name, reason }) => (
          <li key={name}>
            {name}: {reason}
          </li>
        ))}
      </ul>
    </>
  );
}
