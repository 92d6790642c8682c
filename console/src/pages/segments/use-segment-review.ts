import { useRef, useState } from "preact/hooks";
import type { Client } from "../../../../sdk/client/client.ts";
import type { Segment } from "../../../../sdk/client/contract.ts";
import { noteProblem } from "../../../../src/flags/formats/change-note.ts";
import type { SegmentEditing } from "../../state/segments/segment-editing.ts";
import { NOTHING_CHANGED, notify } from "../../state/notices.ts";
import { createChangeClient } from "../../state/session.ts";
import { focusField, focusFirst } from "../../ui/fields/focus.ts";
import type { useInvalidText } from "../../ui/fields/invalid-text.ts";
import { withControlProblems } from "../../ui/fields/refused-fields.ts";
import { NOTE } from "../../ui/note/note-input.tsx";

/**
 * The way from a draft to a saved segment: the check of its fields, the review, and the save. A new segment has no
 * review, because no flag uses it yet. Its page has the reason instead.
 */
export function useSegmentReview(
  editing: SegmentEditing,
  invalidText: ReturnType<typeof useInvalidText>,
  onCreated: (segment: Segment) => void,
) {
  const [isReviewing, setReviewing] = useState(false);
  const [note, setNote] = useState("");
  const isSaving = useRef(false);
  // A new segment leads to its own page, which must not ask.
  const isCreated = useRef(false);

  const save = async (changeClient: Client): Promise<void> => {
    const isNew = editing.stored.peek() === undefined;
    const saved = await editing.save(changeClient);
    setReviewing(false);
    if (saved === undefined) return focusFirst(editing.problems.peek());
    isCreated.current = isNew;
    if (isNew) onCreated(saved);
  };
  const create = async (): Promise<void> => {
    // A second press can come before the page has changed.
    if (isSaving.current) return;
    isSaving.current = true;
    try {
      await save(createChangeClient(note.trim()));
    } finally {
      isSaving.current = false;
    }
  };
  const review = async (): Promise<void> => {
    const own = invalidText.refuse();
    const isNew = editing.stored.peek() === undefined;
    if (!isNew && !editing.isChanged.peek() && own.length === 0) return void notify(NOTHING_CHANGED);
    const isFree = (await editing.check()) && own.length === 0;
    if (!isFree) focusFirst(withControlProblems(own, editing.problems.peek()));
    else if (!isNew) setReviewing(true);
    else if (noteProblem(note.trim()) === undefined) await create();
    else focusField(NOTE);
  };
  const stop = (): void => setReviewing(false);
  return { isReviewing, isCreated, note, setNote, review, save, stop };
}
