import { useState } from "preact/hooks";
import type { Client } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { NOTHING_CHANGED, notify } from "../../state/notices.ts";
import { focusField, focusFirst } from "../../ui/fields/focus.ts";
import type { useInvalidText } from "../../ui/fields/invalid-text.ts";
import { withControlProblems } from "../../ui/fields/refused-fields.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { unsavedChangesTo, useLeaveGuard } from "../../ui/leave-guard.ts";
import { focusFieldInTab } from "./tabs.ts";

/** The way from a draft to a saved flag: the check of its fields, the review, and the save. */
export function useReview(
  editing: Editing,
  /** The flags of the environment. */
  others: readonly Flag[],
  invalidText: ReturnType<typeof useInvalidText<HTMLDivElement>>,
  onCreated: ((flag: Flag) => void) | undefined,
) {
  const [isReviewing, setReviewing] = useState(false);
  const isNew = editing.stored.value === undefined;
  const focusProblem = isNew ? focusField : focusFieldInTab;

  useLeaveGuard(
    () => editing.changes.peek().length > 0 || invalidText.remains(),
    () => unsavedChangesTo(editing.draft.peek().key || "the new flag"),
  );

  /** The problems of the page, whether a control has them or the check found them. */
  const problems = withControlProblems(invalidText.problems, editing.problems.value);
  const focusRefused = (own: readonly Problem[] = []): void =>
    focusFirst(withControlProblems(own, editing.problems.peek()), focusProblem);
  const review = async (): Promise<void> => {
    const own = invalidText.refuse();
    const isChanged = isNew || editing.changes.peek().length > 0;
    if (!isChanged && own.length === 0) notify(NOTHING_CHANGED);
    else if (!(await editing.check(others)) || own.length > 0) focusRefused(own);
    else setReviewing(true);
  };
  const save = async (changeClient: Client): Promise<void> => {
    const isSaved = await editing.save(changeClient);
    setReviewing(false);
    const saved = editing.stored.peek();
    // The pressed button is gone, because there is nothing left to save.
    if (isSaved) requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
    if (isSaved && isNew && saved !== undefined) onCreated?.(saved);
    if (!isSaved) focusRefused();
  };
  return { isReviewing, problems, review, save, stop: () => setReviewing(false), focusProblem };
}
