import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { innerText } from "../../../../sdk/words/condition.ts";
import { Icon } from "../kit/icon.tsx";
import * as icons from "../kit/icons.ts";
import { useItemKeys } from "../condition/use-item-keys.ts";
import { LeafSentence } from "./leaf-sentence.tsx";
import { Word } from "./part.tsx";
import { conjunctionOf, isPlainLeaf, withNewPart, withoutPart, withPart } from "./plain-condition.ts";

/** A condition as the beginning of a sentence: `IF country is one of NL BE AND plan equals pro THEN`. */
export function ConditionSentence({
  condition,
  onChange,
  pointer,
  list,
  of,
}: {
  /** `undefined` for everyone. */
  condition: Condition | undefined;
  onChange: (condition: Condition | undefined) => void;
  pointer: string;
  /** Id of the datalist with the suggested attributes. */
  list: string;
  /** The owner of the condition, for screen readers: `Rule 1`. */
  of: string;
}): JSX.Element {
  const box = useRef<HTMLSpanElement>(null);
  const [wanted, focusNext] = useState<string>();
  useLayoutEffect(() => {
    if (wanted === undefined) return;
    box.current?.querySelector<HTMLElement>(wanted)?.focus();
    focusNext(undefined);
  }, [wanted]);
  const { joint, parts, pointerOf } = condition === undefined ? EVERYONE : conjunctionOf(condition);
  const keys = useItemKeys(parts);
  const add = (): void => {
    const grown = withNewPart(condition);
    const { parts: all, pointerOf: placeOf } = conjunctionOf(grown);
    onChange(grown);
    focusNext(`[data-pointer="${CSS.escape(`${pointer}${placeOf(all.length - 1)}/attribute`)}"]`);
  };
  return (
    <span ref={box} class="sentence-part">
      <Word isJoint>{condition === undefined ? "EVERYONE" : "IF"}</Word>
      {condition !== undefined &&
        parts.map((part, i) => (
          <span key={keys[i]} class="sentence-part">
            {i > 0 && <Word isJoint>{joint}</Word>}
            {isPlainLeaf(part) ? (
              <LeafSentence
                leaf={part}
                onChange={(leaf) => onChange(withPart(condition, i, leaf))}
                onRemove={
                  parts.length === 1
                    ? undefined
                    : () => (onChange(withoutPart(condition, i)), focusNext(".add-condition"))
                }
                pointer={`${pointer}${pointerOf(i)}`}
                list={list}
                of={of}
              />
            ) : (
              <span class="text">{innerText(part, true)}</span>
            )}
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

const EVERYONE = { joint: "AND", parts: [], pointerOf: () => "" } as const;
