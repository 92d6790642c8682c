import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { copyText } from "../copy-text.ts";
import { addedText, addValues, allValues } from "../kit/split-values.ts";
import { ReadButton } from "./read-button.tsx";
import type { Scalar } from "./condition.ts";
import { valuesText } from "./values.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
}

/** Takes texts from a file, and copies or removes all of them. */
export function ValueTools({ values, onChange }: Props): JSX.Element {
  const [said, say] = useState("");
  const add = (text: string): void => {
    const added = allValues(text);
    const result = addValues(values.map(String), added);
    say(added.length === 0 ? "There are no values in it." : addedText(result));
    if (result.fresh.length > 0) onChange(result.values);
  };
  return (
    <div class="row">
      <label class="file">
        <span>Add values from a file</span>
        <input
          type="file"
          accept=".txt,.csv,.tsv,text/plain,text/csv"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            void file?.text().then(add);
            // The same file can then be chosen again.
            currentTarget.value = "";
          }}
        />
      </label>
      {values.length > 0 && (
        <>
          <ReadButton onPress={() => void copyText(valuesText(values))}>Copy all values</ReadButton>
          <button type="button" class="small" onClick={() => onChange([])}>
            Remove all values
          </button>
        </>
      )}
      <span class="hint" role="status">
        {said}
      </span>
    </div>
  );
}
