import type { JSX } from "preact";
import type { Flag, FlagLifecycle } from "../../../../../sdk/client/contract.ts";
import { environmentsOf } from "../../../state/flags/changed-flag.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { readLifecycle } from "../../../state/flags/lifecycle.ts";
import { archiveFlag, deleteFlag } from "../../../state/flags/whole-flag.ts";
import { go } from "../../../state/route.ts";
import { isReadOnly } from "../../../state/session.ts";
import { utcDayText } from "../../../state/wording.ts";
import { Time } from "../../../ui/time.tsx";
import { askReview } from "../../../ui/review/review.tsx";
import { isStillNeeded } from "./still-needed.ts";

/** Says whether the flag can be removed, and archives it everywhere or deletes it from this environment. */
export function CleanUp({
  editing,
  lifecycle,
}: {
  editing: Editing;
  /** Missing while it loads, and `null` if it cannot be read. */
  lifecycle: FlagLifecycle | null | undefined;
}): JSX.Element | null {
  const stored = editing.stored.value;
  const { environment } = editing;
  if (stored === undefined) return null;
  return (
    <section class="card stack" aria-labelledby="clean-up">
      <h2 id="clean-up">Clean up</h2>
      {lifecycle != null && <Facts known={lifecycle} />}
      {!isReadOnly.value && (
        <div class="choice">
          <button type="button" onClick={() => void archive(editing, stored)}>
            Archive…
          </button>
          <button type="button" class="danger" onClick={() => void remove(editing, stored)}>
            Delete from {environment}…
          </button>
        </div>
      )}
    </section>
  );
}

async function archive(editing: Editing, { key }: Flag): Promise<void> {
  const environments = await environmentsOf(key);
  if (await isStillNeeded(key, environments)) return;
  const changeClient = await askReview({
    title: `Archive ${key}?`,
    detail:
      "In every environment, applications then use the default in their code. The key stays reserved, and all configurations are kept: you can restore the flag as it is now.",
    warnings: (await readLifecycle(key))?.warnings,
    action: "Archive flag",
    isDestructive: true,
    environments,
  });
  if (changeClient !== undefined && (await archiveFlag(changeClient, key))) leave(editing);
}

async function remove(editing: Editing, flag: Flag): Promise<void> {
  const { environment } = editing;
  if (await isStillNeeded(flag.key, [environment])) return;
  const changeClient = await askReview({
    title: `Delete ${flag.key} from ${environment}?`,
    detail:
      "Applications then use the default in their code. If no other environment has the flag, its definition is deleted too.",
    warnings: (await readLifecycle(flag.key, environment))?.warnings,
    action: "Delete flag",
    isDestructive: true,
    environments: [environment],
  });
  if (changeClient !== undefined && (await deleteFlag(changeClient, environment, flag))) leave(editing);
}

/** Goes to the list. The draft of a flag that is gone is no unsaved work. */
function leave(editing: Editing): void {
  editing.discard();
  go(["flags"]);
}

function Facts({ known: { state, isExpired, expiresAt, references } }: { known: FlagLifecycle }): JSX.Element {
  return (
    <>
      <p>
        <span class="tag">{state.name.replace("-", " ")}</span> {state.reason}
        {isExpired && ` · due for removal since ${utcDayText(expiresAt ?? "")}`}
      </p>
      {references.length > 0 && (
        <ul class="hint" aria-label="References in code">
          {references.map(({ repository, count, commit, scannedAt }) => (
            <li key={repository}>
              {repository} names it {count === 1 ? "once" : `${count} times`} (commit {commit.slice(0, 12)}, scanned{" "}
              <Time at={scannedAt} />)
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
