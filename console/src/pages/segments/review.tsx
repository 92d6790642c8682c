import type { JSX } from "preact";
import type { Segment, SegmentInput } from "../../../../sdk/client/contract.ts";
import { isProtected } from "../../state/environments.ts";
import { FormDialog } from "../../ui/dialog-form.tsx";
import { ReviewedChanges } from "../../ui/words/differences.tsx";

interface SegmentReviewProps {
  environment: string;
  /** `undefined` while the segment is new. */
  stored: Segment | undefined;
  wanted: SegmentInput;
  onSave: () => Promise<void>;
  onClose: () => void;
}

/** The review before a segment is saved. In a protected environment, the person has to type the segment's key. */
export function SegmentReview({ environment, stored, wanted, onSave, onClose }: SegmentReviewProps): JSX.Element {
  const flags = stored?.usedBy.flags ?? [];
  return (
    <FormDialog
      title={`${stored === undefined ? "Create" : "Save"} segment ${wanted.key} in ${environment}?`}
      action={stored === undefined ? "Create segment" : "Save"}
      busyAction="Saving…"
      cancel="Keep editing"
      typed={isProtected(environment) ? wanted.key : undefined}
      changes={[environment]}
      onSubmit={onSave}
      onClose={onClose}
    >
      <ReviewedChanges before={stored && inputOf(stored)} after={wanted} />
      {flags.length > 0 && <p class="banner">These flags use the segment and change too: {flags.join(", ")}.</p>}
    </FormDialog>
  );
}

/** Returns the fields of a segment that a person edits. */
export function inputOf({ key, name, description, condition }: Segment): SegmentInput {
  return { key, name, description, condition };
}
