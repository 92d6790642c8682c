import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { bracketed } from "../../../../sdk/client/scheme-text.ts";
import { pathText, readText, remarksOf } from "../../../../sdk/words/condition.ts";
import { moreText } from "../../../../sdk/words/names.ts";
import { NEGATED_OPERATOR_TEXTS, OPERATOR_TEXTS } from "../../../../sdk/words/operators.ts";
import { changeOperator, emptyLeaf, type Leaf } from "../condition/condition.ts";
import { isSame } from "../fields/parsed.ts";
import { OperatorSelect } from "../condition/operator-select.tsx";
import { notationOf, parsePath } from "../condition/values.ts";
import { ValuesInput } from "../condition/values-input.tsx";
import { TextInput } from "../fields/text-input.tsx";
import { ChipList } from "../kit/chip-list.tsx";
import { Icon } from "../kit/icon.tsx";
import * as icons from "../kit/icons.ts";
import { RemoveButton } from "../remove-button.tsx";
import { Part, Word } from "./part.tsx";
import { type AttributeTest, conditionOfAttribute, shownValues } from "./plain-condition.ts";

interface AttributeProps {
  test: AttributeTest;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
  /** Whether the sentence has no other condition. */
  isOnly: boolean;
  /** Makes the condition one of a segment. `undefined` if there is no segment. */
  onSegment: (() => void) | undefined;
  pointer: string;
  /** Id of the datalist with the suggested attributes. */
  list: string;
  /** The owner of the condition, for screen readers: `Rule 1`. */
  of: string;
}

/** The test of an attribute as a part of a sentence: `country is one of NL BE`. */
export function AttributeSentence({ test, onChange, ...props }: AttributeProps): JSX.Element {
  const { leaf, isNegated } = test;
  const { operator, read, each } = leaf;
  const pointer = `${props.pointer}${isNegated ? "/not" : ""}`;
  const name = pathText(leaf.attribute);
  const reading = readText(read, each);
  const remarks = bracketed(remarksOf(leaf, isNegated)).trim();
  const subject = `${props.of}, ${name || "new condition"}`;
  const text = (isNegated ? NEGATED_OPERATOR_TEXTS : OPERATOR_TEXTS)[operator];
  const change = (changed: Leaf, negated = isNegated): void =>
    onChange(conditionOfAttribute({ leaf: changed, isNegated: negated }));
  const parts: LeafProps = { ...props, leaf, onChange: change, pointer };
  return (
    <>
      <AttributePart {...parts} name={name} />
      {reading !== "" && <Word>{reading}</Word>}
      <Part
        name={`${subject}, operator`}
        value={text}
        pointer={`${pointer}/operator`}
        isList
        editor={
          <OperatorSelect
            isLabelHidden
            operator={operator}
            isNegated={each === true ? undefined : isNegated}
            onChange={(changed, negated) => change(changeOperator(leaf, changed), negated)}
            pointer={`${pointer}/operator`}
          />
        }
      >
        {text}
      </Part>
      <ValuesPart {...parts} subject={subject} />
      {remarks !== "" && <Word>{remarks}</Word>}
    </>
  );
}

type LeafProps = Omit<AttributeProps, "test" | "onChange"> & { leaf: Leaf; onChange: (leaf: Leaf) => void };

function AttributePart({
  leaf,
  onChange,
  onRemove,
  isOnly,
  onSegment,
  pointer,
  list,
  of,
  name,
}: LeafProps & { name: string }): JSX.Element {
  const isNested = typeof leaf.attribute !== "string";
  return (
    <Part
      name={`${of}, attribute`}
      value={name || "missing"}
      pointer={`${pointer}/attribute`}
      isMissing={name === ""}
      // Escape takes back a new condition, and no values of another one.
      onAbandon={isSame(leaf, emptyLeaf()) && !isOnly ? onRemove : undefined}
      editor={
        <>
          <TextInput
            label="Attribute"
            isLabelHidden
            value={name}
            onChange={(text) => onChange({ ...leaf, attribute: parsePath(text, isNested) })}
            pointer={`${pointer}/attribute`}
            list={list}
            required
            placeholder={isNested ? "user/plan" : "country"}
          />
          {name === "" && onSegment !== undefined && (
            <button type="button" class="quiet add-condition" onClick={onSegment}>
              or a segment…
            </button>
          )}
          <RemoveButton label="Remove this condition" onRemove={onRemove} />
        </>
      }
    >
      {name || "…"}
    </Part>
  );
}

/** The number of values that a sentence shows. It counts the others. */
const SHOWN_VALUES = 5;

function ValuesPart({ leaf, onChange, pointer, subject }: LeafProps & { subject: string }): JSX.Element | null {
  const box = useRef<HTMLSpanElement>(null);
  const { operator, read, values = [] } = leaf;
  const shown = shownValues(leaf);
  if (shown === undefined) return null;
  const { texts, isRemovable } = shown;
  const first = texts.slice(0, SHOWN_VALUES);
  const more = texts.length - first.length;
  const change = (changed: Leaf["values"] = []): void => onChange({ ...leaf, values: changed });
  const name = `${subject}, values`;
  return (
    <span ref={box} class="part-values">
      <Part
        name={name}
        value={[...first, ...(more > 0 ? [moreText(more)] : [])].join(", ") || "none"}
        pointer={`${pointer}/values`}
        isMissing={texts.length === 0}
        before={
          isRemovable && (
            <ChipList
              label={name}
              values={first}
              onRemove={(index) => change(values.toSpliced(index, 1))}
              onLeave={() => box.current?.querySelector<HTMLElement>(".part")?.focus()}
            />
          )
        }
        editor={
          <ValuesInput
            operator={operator}
            read={read}
            notation={notationOf(values)}
            values={values}
            onChange={change}
            pointer={`${pointer}/values`}
          />
        }
      >
        <ValuesText texts={isRemovable ? [] : first} more={more} isEmpty={texts.length === 0} />
      </Part>
    </span>
  );
}

/** The text of the button that opens the values. Values that have a button of their own are not in it. */
function ValuesText({
  texts,
  more,
  isEmpty,
}: {
  texts: readonly string[];
  more: number;
  isEmpty: boolean;
}): JSX.Element | string {
  if (texts.length > 0) return [...texts, ...(more > 0 ? [moreText(more)] : [])].join(", ");
  if (more > 0) return moreText(more);
  return isEmpty ? "value…" : <Icon of={icons.add} />;
}
