import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { RemoveButton } from "../remove-button.tsx";
import { changeForm, FORMS, type Form, formOf, type Known } from "./condition.ts";
import type { EditorProps, ListIds } from "./editor-props.ts";
import { Group } from "./group.tsx";
import { LeafEditor } from "./leaf.tsx";
import { NameLists } from "./name-lists.tsx";
import { BucketEditor, FlagEditor, SegmentEditor } from "./references.tsx";

export interface ConditionBuilderProps extends Known {
  condition: Condition;
  onChange: (condition: Condition) => void;
  /** Pointer to the condition in the edited document, by which problems find their fields. Default: the document. */
  pointer?: string;
  /** Ids of shared `NameLists` on the page. Without them, the builder draws lists of its own. */
  lists?: ListIds;
}

/**
 * Edits a condition of any type and operator. It must be inside a form. A `<fieldset disabled>` around it makes it
 * read-only, and a `Problems` context around it shows each problem at its field.
 */
export function ConditionBuilder({
  condition,
  onChange,
  pointer = "",
  segments,
  flags,
  attributes,
  lists,
}: ConditionBuilderProps): JSX.Element {
  const id = useId();
  const own = { attributes: `${id}-attributes`, flags: `${id}-flags` };
  return (
    <>
      {lists === undefined && <NameLists ids={own} flags={flags} attributes={attributes} />}
      <ConditionEditor
        condition={condition}
        onChange={onChange}
        pointer={pointer}
        known={{ segments, flags, attributes }}
        lists={lists ?? own}
      />
    </>
  );
}

/** One condition of any type, in its box. */
function ConditionEditor(props: EditorProps): JSX.Element {
  const { condition, onChange, known, onRemove } = props;
  const form = formOf(condition);
  return (
    <div class={`condition ${form}`} role="group" aria-label={`Condition: ${FORMS[form]}`}>
      <div class="form">
        <select
          aria-label="Condition type"
          value={form}
          onChange={(event) => onChange(changeForm(condition, event.currentTarget.value as Form, known))}
        >
          {Object.entries(FORMS).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {onRemove !== undefined && <RemoveButton label="Remove this condition" onRemove={onRemove} />}
      </div>
      <Body {...props} />
    </div>
  );
}

function Body({ condition, ...rest }: EditorProps): JSX.Element {
  if ("all" in condition || "any" in condition || "not" in condition)
    return <Group condition={condition} Editor={ConditionEditor} {...rest} />;
  if ("segment" in condition) return <SegmentEditor condition={condition} {...rest} />;
  if ("flag" in condition) return <FlagEditor condition={condition} {...rest} />;
  if ("bucket" in condition) return <BucketEditor condition={condition} {...rest} />;
  return <LeafEditor condition={condition} {...rest} />;
}
