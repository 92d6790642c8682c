import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { innerText } from "../../../../sdk/words/condition.ts";
import { Icon } from "../kit/icon.tsx";
import * as icons from "../kit/icons.ts";
import { useItemKeys } from "../condition/use-item-keys.ts";
import type { Known } from "../condition/condition.ts";
import { AttributeSentence } from "./attribute-sentence.tsx";
import { Word } from "./part.tsx";
import {
  attributeTestOf,
  conjunctionOf,
  segmentTestOf,
  withNewPart,
  withoutPart,
  withPart,
} from "./plain-condition.ts";
import { SegmentSentence } from "./segment-sentence.tsx";
import { focusIn } from "./use-open-part.ts";

/** A condition as the beginning of a sentence: `IF country is one of NL BE AND plan equals pro THEN`. */
export function ConditionSentence({
  condition,
  onChange,
  pointer,
  list,
  segments,
  of,
}: {
  /** `undefined` for everyone. */
  condition: Condition | undefined;
  onChange: (condition: Condition | undefined) => void;
  pointer: string;
  /** Id of the datalist with the suggested attributes. */
  list: string;
  segments: Known["segments"];
  /** The owner of the condition, for screen readers: `Rule 1`. */
  of: string;
}): JSX.Element {
  const box = useRef<HTMLSpanElement>(null);
  const [wanted, focusNext] = useState<string>();
  useLayoutEffect(() => {
    if (wanted === undefined) return;
    focusIn(box.current?.querySelector<HTMLElement>(wanted));
    focusNext(undefined);
  }, [wanted]);
  const { joint, parts, pointerOf } = condition === undefined ? EVERYONE : conjunctionOf(condition);
  const keys = useItemKeys(parts);
  const focusField = (at: string): void => focusNext(`[data-pointer="${CSS.escape(pointer + at)}"]`);
  const add = (): void => {
    const grown = withNewPart(condition);
    const { parts: all, pointerOf: placeOf } = conjunctionOf(grown);
    onChange(grown);
    focusField(`${placeOf(all.length - 1)}/attribute`);
  };
  return (
    <span ref={box} class="sentence-part">
      <Word isJoint>{condition === undefined ? "EVERYONE" : "IF"}</Word>
      {condition !== undefined &&
        parts.map((part, i) => (
          <span key={keys[i]} class="sentence-part">
            {i > 0 && <Word isJoint>{joint}</Word>}
            <PartSentence
              part={part}
              onChange={(changed) => onChange(withPart(condition, i, changed))}
              onRemove={() => (onChange(withoutPart(condition, i)), focusNext(":scope > .add-condition"))}
              isOnly={parts.length === 1}
              onSegment={() => (
                onChange(withPart(condition, i, { segment: "" })),
                focusField(`${pointerOf(i)}/segment`)
              )}
              pointer={`${pointer}${pointerOf(i)}`}
              list={list}
              segments={segments}
              of={of}
            />
          </span>
        ))}
      <button
        type="button"
        class="quiet add-condition"
        aria-label={`${condition === undefined ? "IF" : joint}…: add a condition to ${of.toLowerCase()}`}
        onClick={add}
      >
        <Icon of={icons.add} />
        {condition === undefined ? "IF…" : `${joint}…`}
      </button>
      <Word isJoint>{condition === undefined ? "GETS" : "THEN"}</Word>
    </span>
  );
}

interface PartProps {
  part: Condition;
  onChange: (part: Condition) => void;
  onRemove: () => void;
  isOnly: boolean;
  onSegment: () => void;
  pointer: string;
  list: string;
  segments: Known["segments"];
  of: string;
}

/** One condition of the sentence. A condition that has no parts is text. */
function PartSentence({ part, segments, onSegment, ...rest }: PartProps): JSX.Element {
  const membership = segmentTestOf(part);
  if (membership !== undefined) return <SegmentSentence {...rest} test={membership} segments={segments} />;
  const test = attributeTestOf(part);
  if (test === undefined) return <span class="text">{innerText(part, true)}</span>;
  return <AttributeSentence {...rest} test={test} onSegment={segments.length === 0 ? undefined : onSegment} />;
}

const EVERYONE = { joint: "AND", parts: [], pointerOf: () => "" } as const;
