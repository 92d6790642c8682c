import type { JSX } from "preact";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { nameText } from "../../../../sdk/words/names.ts";
import { type Known, segmentOptions } from "../condition/condition.ts";
import { Select } from "../fields/select.tsx";
import { RemoveButton } from "../remove-button.tsx";
import { Part } from "./part.tsx";
import { conditionOfSegment, type SegmentTest } from "./plain-condition.ts";

const IN = "in segment";
const NOT_IN = "not in segment";

/** The test of a segment as a part of a sentence: `in segment beta-testers`. */
export function SegmentSentence({
  test,
  segments,
  onChange,
  onRemove,
  isOnly,
  pointer,
  of,
}: {
  test: SegmentTest;
  segments: Known["segments"];
  onChange: (condition: Condition) => void;
  onRemove: () => void;
  /** Whether the sentence has no other condition. */
  isOnly: boolean;
  pointer: string;
  /** The owner of the condition, for screen readers: `Rule 1`. */
  of: string;
}): JSX.Element {
  const { segment, isNegated } = test;
  const at = `${pointer}${isNegated ? "/not" : ""}/segment`;
  const text = isNegated ? NOT_IN : IN;
  const membership = `${of}, ${segment === "" ? "new condition" : `segment ${segment}`}, membership`;
  return (
    <>
      <Part
        name={membership}
        value={text}
        pointer={`${at}/membership`}
        isList
        editor={
          <Select
            label="Membership"
            isLabelHidden
            value={text}
            options={[IN, NOT_IN].map((one) => [one, one] as const)}
            onChange={(chosen) => onChange(conditionOfSegment({ segment, isNegated: chosen === NOT_IN }))}
            pointer={`${at}/membership`}
          />
        }
      >
        {text}
      </Part>
      <Part
        name={`${of}, segment`}
        value={segment === "" ? "missing" : nameText(segment)}
        pointer={at}
        isList
        isMissing={segment === ""}
        onAbandon={segment === "" && !isOnly ? onRemove : undefined}
        editor={
          <>
            <Select
              label="Segment"
              isLabelHidden
              value={segment}
              options={segmentOptions(segments)}
              onChange={(key) => onChange(conditionOfSegment({ segment: key, isNegated }))}
              pointer={at}
              required
            />
            <RemoveButton label="Remove this condition" onRemove={onRemove} />
          </>
        }
      >
        {segment === "" ? "…" : nameText(segment)}
      </Part>
    </>
  );
}
