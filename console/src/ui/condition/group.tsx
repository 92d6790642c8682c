import type { ComponentType, JSX } from "preact";
import type { Condition } from "../../../../sdk/client/contract.ts";
import { useItemFocus } from "../item-focus.ts";
import { useItemKeys } from "./use-item-keys.ts";
import { emptyLeaf } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";

/** `Editor` draws a condition of any type. It is a parameter because it draws groups itself. */
type GroupProps = EditorProps<GroupCondition> & { Editor: ComponentType<EditorProps> };
type GroupCondition = Extract<Condition, { all: unknown } | { any: unknown } | { not: unknown }>;

/** A group of conditions, or a negation of one. */
export function Group(props: GroupProps): JSX.Element {
  const { condition, onChange, pointer, Editor } = props;
  if ("not" in condition) {
    return (
      <Editor
        {...props}
        condition={condition.not}
        onChange={(changed) => onChange({ not: changed })}
        pointer={`${pointer}/not`}
        onRemove={undefined}
      />
    );
  }
  const [form, parts] = "all" in condition ? (["all", condition.all] as const) : (["any", condition.any] as const);
  return <Parts {...props} form={form} parts={parts} />;
}

function Parts({
  form,
  parts,
  onChange,
  pointer,
  Editor,
  ...rest
}: GroupProps & { form: "all" | "any"; parts: Condition[] }): JSX.Element {
  const [list, focusItem] = useItemFocus<HTMLOListElement>("select");
  const keys = useItemKeys(parts);
  const change = (changed: Condition[]): void => onChange(form === "all" ? { all: changed } : { any: changed });
  return (
    <>
      <ol class="parts" ref={list} data-pointer={`${pointer}/${form}`} tabIndex={-1}>
        {parts.map((part, i) => (
          <li key={keys[i]} data-joint={i === 0 ? undefined : form === "all" ? "and" : "or"}>
            <Editor
              {...rest}
              condition={part}
              onChange={(changed) => change(parts.with(i, changed))}
              pointer={`${pointer}/${form}/${i}`}
              onRemove={
                parts.length === 1
                  ? undefined
                  : () => {
                      change(parts.toSpliced(i, 1));
                      focusItem(Math.max(0, i - 1));
                    }
              }
            />
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="small"
        onClick={() => {
          change([...parts, emptyLeaf()]);
          focusItem(parts.length);
        }}
      >
        Add condition
      </button>
    </>
  );
}
