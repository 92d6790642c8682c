import type { JSX } from "preact";
import { freeName, type MetadataValue, row } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { escapePointer } from "../../../../sdk/words/place.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { RemoveButton } from "../../ui/remove-button.tsx";
import { metadataText, parseMetadata } from "./metadata-text.ts";

/** The metadata that clients get with the value: text, whole numbers, and booleans. */
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
        <div key={id} class="row" role="group" aria-label={`Metadata ${name}`}>
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
          <RemoveButton
            label={`Remove ${name}`}
            onRemove={() => editing.change({ metadata: metadata.toSpliced(i, 1) })}
          />
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
        <p class="hint">Whole numbers, true and false keep their type. In quotes, "12" is text.</p>
      )}
      <ProblemText pointer="/metadata" />
    </div>
  );
}
