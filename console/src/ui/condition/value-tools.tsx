import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { addedText, addValues, splitValues, unquote } from "../kit/split-values.ts";
import type { Scalar } from "./condition.ts";

interface Props {
  values: readonly Scalar[];
  onChange: (values: Scalar[]) => void;
  /** The text box of the values. */
  children: JSX.Element;
}

/** The most repeated values that are named. */
const NAMED = 5;

/**
 * Takes lists of values from the clipboard or a file. Commas, tabs and line breaks separate values, because that is how
 * people have them in mails and tables. Says how many values there are, and which are there twice.
 */
export function ValueTools({ values, onChange, children }: Props): JSX.Element {
  const [said, say] = useState("");
  const add = (text: string): void => {
    const { values: whole, rest } = splitValues(text);
    const added = [...whole, unquote(rest)].filter((value) => value !== "");
    const result = addValues(values.map(String), added);
    const hasBlanks = text.trim() !== "" && /(?:^|,|\t|\n)[^\S\t\n]*(?:,|\t|\n)/.test(text.trim());
    const skipped = hasBlanks ? " Blanks are left out." : "";
    say(`${addedText(result)}${added.length === 0 ? "There are no values in it." : "."}${skipped}`);
    if (result.fresh.length > 0) onChange(result.values);
  };
  const paste = (event: ClipboardEvent): void => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[,\t\n\r]/.test(pasted.trim())) return;
    event.preventDefault();
    add(pasted);
  };
  return (
    <div class="field" onPaste={paste}>
      {children}
      <span class="hint" role="status">
        {said || countText(values)}
      </span>
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
    </div>
  );
}

function countText(values: readonly Scalar[]): string {
  if (values.length === 0) return "";
  const count = values.length === 1 ? "1 value" : `${values.length.toLocaleString("en")} values`;
  const seen = new Set<Scalar>();
  const twice = [...new Set(values.filter((value) => seen.has(value) || !seen.add(value)))];
  if (twice.length === 0) return count;
  const more = twice.length > NAMED ? ` and ${twice.length - NAMED} more` : "";
  return `${count}. In the list more than once: ${twice.slice(0, NAMED).map(String).join(", ")}${more}`;
}
