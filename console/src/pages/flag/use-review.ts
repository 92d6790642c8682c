import { useState } from "preact/hooks";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { focusField, reportInvalid } from "../../ui/fields/focus.ts";
import type { useInvalidText } from "../../ui/fields/invalid-text.ts";
import { unsavedChangesTo, useLeaveGuard } from "../../ui/leave-guard.ts";
import { focusFieldInTab, revealTab } from "./tabs.ts";

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

  const focusFirst = (): void => {
    const [first] = editing.problems.peek();
    if (first !== undefined) requestAnimationFrame(() => focusProblem(first.pointer));
  };
  const review = async (): Promise<void> => {
    const root = invalidText.form.current;
    if (root === null || reportInvalid(root, revealTab)) return;
    if (!isNew && editing.changes.peek().length === 0) return;
    if (await editing.check(others)) setReviewing(true);
    else focusFirst();
  };
  const save = async (): Promise<void> => {
    const isSaved = await editing.save();
    setReviewing(false);
    const saved = editing.stored.peek();
    // The pressed button is gone, because there is nothing left to save.
    if (isSaved) requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
    if (isSaved && isNew && saved !== undefined) onCreated?.(saved);
    if (!isSaved) focusFirst();
  };
  return { isReviewing, review, save, stop: () => setReviewing(false), focusProblem };
}
