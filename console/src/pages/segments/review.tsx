import type { JSX } from "preact";
import type { Client } from "../../../../sdk/client/client.ts";
import type { Segment, SegmentInput } from "../../../../sdk/client/contract.ts";
import { inputOf, isDangerousSegment } from "../../state/segments/segment-changes.ts";
import { ReviewDialog } from "../../ui/review/review.tsx";

interface SegmentReviewProps {
  environment: string;
  /** `undefined` while the segment is new. */
  stored: Segment | undefined;
  wanted: SegmentInput;
  onSave: (changeClient: Client) => Promise<void>;
  onClose: () => void;
}

/** The review before a segment is saved. New members in production need the environment's key. */
export function SegmentReview({ environment, stored, wanted, onSave, onClose }: SegmentReviewProps): JSX.Element {
  const flags = stored?.usedBy.flags ?? [];
  return (
    <ReviewDialog
      title={`${stored === undefined ? "Create" : "Save"} segment ${wanted.key} in ${environment}?`}
      action={stored === undefined ? "Create segment" : "Save"}
      busyAction="Saving…"
      cancel="Keep editing"
      before={stored && inputOf(stored)}
      after={wanted}
      isDangerous={isDangerousSegment(stored, wanted)}
      environments={[environment]}
      onSubmit={onSave}
      onClose={onClose}
    >
      {flags.length > 0 && <p class="banner">These flags use the segment and change too: {flags.join(", ")}.</p>}
    </ReviewDialog>
  );
}
