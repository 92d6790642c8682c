import type { JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { ProblemSummary } from "../../ui/fields/problem-summary.tsx";
import type { Problem } from "../../ui/fields/problem.ts";

/** The number of unsaved changes, the rejected fields, and the buttons. It stays in view. */
export function SaveBar({
  editing,
  problems,
  invalidText,
  onFocusField,
  onTry,
}: {
  editing: Editing;
  /** The problems that keep the draft from its review. */
  problems: readonly Problem[];
  /** Shows the field at a pointer and focuses it. */
  onFocusField: (pointer: string) => void;
  invalidText: { isInvalid: boolean; clear: () => void };
  /** Evaluates the draft. */
  onTry: () => void;
}): JSX.Element | null {
  const count = editing.changes.value.length;
  const isNew = editing.stored.value === undefined;
  if (isReadOnly.value) {
    return <p class="hint">Your token is read-only, so you cannot change this flag.</p>;
  }
  if (count === 0 && !isNew && !invalidText.isInvalid && problems.length === 0) return null;
  const discard = async (): Promise<void> => {
    const detail = "All unsaved changes on this page will be lost.";
    if (await confirm({ title: "Discard your changes?", detail, action: "Discard", isDestructive: true })) {
      editing.discard();
      invalidText.clear();
    }
  };
  return (
    <div class="save-bar" role="region" aria-label="Unsaved changes">
      <ProblemSummary problems={problems} isNew={isNew} onFocusField={onFocusField} />
      <div class="save-actions">
        <span role="status">{isNew ? "Not created yet" : unsavedText(count, invalidText.isInvalid)}</span>
        {!isNew && (
          <button type="button" onClick={onTry}>
            Try this draft
          </button>
        )}
        {(count > 0 || invalidText.isInvalid) && (
          <button type="button" onClick={() => void discard()}>
            Discard
          </button>
        )}
        <button type="submit" class="primary">
          {isNew ? "Review and create" : "Review and save"}
        </button>
      </div>
    </div>
  );
}

function unsavedText(count: number, hasInvalidText: boolean): string {
  const changes = `${count} unsaved ${count === 1 ? "change" : "changes"}`;
  if (!hasInvalidText) return changes;
  return count === 0 ? "A field has text that cannot be saved" : `${changes}, and text that cannot be saved`;
}
