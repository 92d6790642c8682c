import type { JSX } from "preact";
import { FLAG_TYPES } from "../../../../src/flags/document.ts";
import type { Draft } from "../../state/flags/flag-draft.ts";
import { changeKind, defaultsForType } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { Checkbox, TextInput } from "../../ui/fields/text-input.tsx";
import { Lifetime } from "./lifecycle/lifetime.tsx";
import { MetadataEditor } from "./metadata.tsx";
import { ValueFields } from "./value-fields.tsx";

const KINDS = [
  ["flag", "flag: targeting rules decide"],
  ["switch", "switch: the same for everyone"],
  ["sample", "sample: a share of evaluations"],
] as const;
const TYPES = FLAG_TYPES.map((type) => [type, type] as const);

/** The part of a flag that all environments share. Key, kind and type cannot change after creation. */
export function DefinitionSection({ editing, isNew }: { editing: Editing; isNew: boolean }): JSX.Element {
  const draft = editing.draft.value;
  return (
    <section class="card stack" aria-labelledby="definition">
      <div>
        <h2 id="definition">Definition</h2>
        <p class="hint">Shared by all environments.</p>
      </div>
      {isNew && (
        <div class="leaf">
          <NameInput
            label="Key"
            name={draft.key}
            taken={[]}
            onChange={(key) => editing.change({ key })}
            pointer="/key"
          />
          {draft.kind === "flag" && (
            <Select
              label="Type"
              value={draft.type}
              options={TYPES}
              onChange={(type) => editing.change(defaultsForType(type as Draft["type"]))}
              pointer="/type"
            />
          )}
          <Select
            label="Kind"
            value={draft.kind}
            options={KINDS}
            onChange={(kind) => editing.change(changeKind(draft, kind as Draft["kind"]))}
            pointer="/kind"
          />
        </div>
      )}
      <TextInput
        label="Description"
        value={draft.description}
        onChange={(description) => editing.change({ description })}
        pointer="/description"
        lines={2}
      />
      <div class="leaf">
        <TextInput
          label="Owner"
          value={draft.owner ?? ""}
          onChange={(owner) => editing.change({ owner })}
          pointer="/owner"
        />
        <ParsedInput
          label="Tags, separated by commas"
          value={draft.tags}
          format={(tags) => tags.join(", ")}
          parse={(text) => ({ value: tagsOf(text) })}
          onChange={(tags) => editing.change({ tags })}
          pointer="/tags"
        />
      </div>
      <Checkbox
        label="Visible to client keys (browsers and apps)"
        isChecked={draft.clientVisible}
        onChange={(clientVisible) => editing.change({ clientVisible })}
        pointer="/clientVisible"
      />
      <Lifetime editing={editing} />
      {isNew && <ValueFields editing={editing} />}
      <MetadataEditor editing={editing} />
    </section>
  );
}

function tagsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
