import type { JSX } from "preact";
import type { PlannedChange } from "../../../../sdk/project/plan.ts";
import { moreText } from "../../../../sdk/words/names.ts";
import { Changes, DifferenceList } from "../../ui/words/differences.tsx";

/** The number of changes that the review lists one by one. */
const LISTED = 200;

const VERBS = { create: "Create", update: "Replace", delete: "Delete" } as const;

/** The changes of a plan, each behind a fold. */
export function PlannedChanges({ changes }: { changes: readonly PlannedChange[] }): JSX.Element {
  return (
    <div class="review" role="region" aria-label="Changes" tabIndex={0}>
      {changes.slice(0, LISTED).map(({ kind, key, action, differences: found }) => (
        <details key={`${kind} ${key}`}>
          <summary>
            {VERBS[action]} {kind} <code>{key}</code>
          </summary>
          {action === "update" ? <DifferenceList differences={found} /> : <Whole found={found} />}
        </details>
      ))}
      {changes.length > LISTED && <p class="hint">and {moreText(changes.length - LISTED)}</p>}
    </div>
  );
}

/** A flag or segment that is created or deleted. Its plan has one difference, the whole. */
function Whole({ found: [whole] }: { found: PlannedChange["differences"] }): JSX.Element {
  return <Changes before={undefined} after={(whole?.after ?? whole?.before ?? {}) as object} />;
}
