import type { JSX } from "preact";
import { freeName, type MetadataValue, row } from "../../state/flag-draft.ts";
import type { Editing } from "../../state/flag-editing.ts";
import { escapePointer } from "../../state/pointers.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { ProblemText } from "../../ui/fields/problems.tsx";

/** What clients are told beside the value: text, whole numbers, true or false. */
export function MetadataEditor({ editing }: { editing: Editing }): JSX.Element {
  const { metadata } = editing.draft.value;
  const names = metadata.map(({ item }) => item.name);
  const set = (index: number, item: { name: string; value: MetadataValue }): void => {
    const { id } = metadata[index] ?? row(item);
    editing.change({ metadata: metadata.with(index, { id, item }) });
  };
  return (
    <div class="field" data-pointer="/metadata" tabIndex={-1}>
      <h3>Metadata</h3>
      {metadata.map(({ id, item: { name, value } }, i) => (
        <div key={id} class="row">
          <NameInput
            label="Name"
            name={name}
            taken={names.toSpliced(i, 1)}
            onChange={(renamed) => set(i, { name: renamed, value })}
            pointer={`/metadata/${escapePointer(name)}/-`}
          />
          <ParsedInput
            label="Value"
            value={value}
            format={metadataText}
            parse={parseMetadata}
            onChange={(changed) => set(i, { name, value: changed })}
            pointer={`/metadata/${escapePointer(name)}`}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${name}`}
            onClick={() => editing.change({ metadata: metadata.toSpliced(i, 1) })}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => editing.change({ metadata: [...metadata, row({ name: freeName("name", names), value: "" })] })}
      >
        Add metadata
      </button>
      {metadata.length > 0 && (
        <p class="hint">Whole numbers, true and false are sent as such; in quotes, "12" is text.</p>
      )}
      <ProblemText pointer="/metadata" />
    </div>
  );
}

/** Text as it stands, unless it would be read as something else. */
export function metadataText(value: MetadataValue): string {
  return typeof value === "string" && !/^(?:true|false|[+-]?\d.*|".*")$/.test(value) ? value : JSON.stringify(value);
}

export function parseMetadata(text: string): Parsed<MetadataValue> {
  if (text === "true" || text === "false") return { value: text === "true" };
  if (/^[+-]?\d/.test(text)) {
    const number = Number(text);
    const isAccepted = /^[+-]?\d+$/.test(text) && Math.abs(number) < 2 ** 31;
    return isAccepted ? { value: number } : { problem: 'must be a 32-bit whole number, or text in quotes as "1.5"' };
  }
  if (!text.startsWith('"')) return { value: text };
  try {
    return { value: String(JSON.parse(text)) };
  } catch {
    return { problem: "the quotes must close" };
  }
}
