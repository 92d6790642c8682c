import type { JSX } from "preact";
import type { AttributePath } from "../../../../sdk/client/contract.ts";
import { parsePath, pathText } from "../condition/values.ts";
import { TextInput, Tick } from "./text-input.tsx";

/** The name of an attribute, or a path into objects. */
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
  /** Id of the list of names to suggest. */
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
      <Tick
        label="path into objects (a/b)"
        isTicked={isNested}
        onChange={(nested) => onChange(nested ? parsePath(pathText(value), true) : pathText(value))}
        pointer={`${pointer}/-`}
      />
    </div>
  );
}

/** A fallback list of attributes: the first that is present is the bucketing key. */
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
            label={i === 0 ? "Bucketed by" : "else by"}
            value={path}
            onChange={(changed) => onChange(by.with(i, changed))}
            pointer={`${pointer}/${i}`}
            list={list}
          />
          {by.length > 1 && (
            <button
              type="button"
              class="quiet"
              aria-label={`Remove ${pathText(path)}`}
              onClick={() => onChange(by.toSpliced(i, 1))}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <button type="button" class="small" disabled={by.length >= 8} onClick={() => onChange([...by, ""])}>
        Add a fallback attribute
      </button>
    </div>
  );
}
