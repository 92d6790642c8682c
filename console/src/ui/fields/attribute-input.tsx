import type { JSX } from "preact";
import type { AttributePath } from "../../../../sdk/client/contract.ts";
import { pathText } from "../../../../sdk/words/condition.ts";
import { parsePath } from "../condition/values.ts";
import { RemoveButton } from "../remove-button.tsx";
import { Checkbox, TextInput } from "./text-input.tsx";

/** An attribute: its name, or a path into nested objects. */
export function AttributeInput({
  label,
  value,
  onChange,
  pointer,
  list,
}: {
  label: string;
  value: AttributePath;
  onChange: (path: AttributePath) => void;
  pointer: string;
  /** Id of the datalist with the suggested names. */
  list: string;
}): JSX.Element {
  const isNested = typeof value !== "string";
  return (
    <div class="attribute-name">
      <TextInput
        label={label}
        value={pathText(value)}
        onChange={(text) => onChange(parsePath(text, isNested))}
        pointer={pointer}
        list={list}
        required
        {...(isNested ? { placeholder: "user/plan" } : { placeholder: "country" })}
      />
      <Checkbox
        label="Nested path"
        isChecked={isNested}
        onChange={(nested) => onChange(nested ? parsePath(pathText(value), true) : pathText(value))}
        pointer={`${pointer}/-`}
      />
    </div>
  );
}

/** The bucketing attributes in order of preference: the first one that is present supplies the key. */
export function ByList({
  by,
  onChange,
  pointer,
  list,
}: {
  by: readonly AttributePath[];
  onChange: (by: AttributePath[]) => void;
  pointer: string;
  list: string;
}): JSX.Element {
  return (
    <div class="by">
      {by.map((path, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- paths have no identity but their place
        <div key={i} class="row">
          <AttributeInput
            label={i === 0 ? "Bucket by" : "Otherwise by"}
            value={path}
            onChange={(changed) => onChange(by.with(i, changed))}
            pointer={`${pointer}/${i}`}
            list={list}
          />
          {by.length > 1 && (
            <RemoveButton label={`Remove ${pathText(path)}`} onRemove={() => onChange(by.toSpliced(i, 1))} />
          )}
        </div>
      ))}
      <button type="button" class="small" disabled={by.length >= 8} onClick={() => onChange([...by, ""])}>
        Add fallback attribute
      </button>
    </div>
  );
}
