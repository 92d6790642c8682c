import type { JSX } from "preact";
import { escapePointer } from "../../../../sdk/words/place.ts";
import { freeName, row } from "../../state/flags/flag-draft.ts";
import { initialValue } from "../../state/flags/variant-values.ts";
import { type NewFlag, renameNewVariant } from "../../state/new-flag/new-flag.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { RemoveButton } from "../../ui/remove-button.tsx";
import { VariantValue } from "../flag/variant-value.tsx";

/** The named values of a new flag that is not boolean, and the one of everybody else. */
export function VariantFields({ form, onChange }: { form: NewFlag; onChange: (form: NewFlag) => void }): JSX.Element {
  const { type, variants, off, audience } = form;
  const names = variants.map(({ item }) => item.name);
  return (
    <fieldset class="stack plain" data-pointer="/variants" tabIndex={-1}>
      <legend>Values</legend>
      {variants.map(({ id, item: { name, value } }, i) => (
        <div key={id} class={`variant ${type}`} role="group" aria-label={`Variant ${name}`}>
          <NameInput
            label="Name"
            name={name}
            taken={names.toSpliced(i, 1)}
            onChange={(renamed) => onChange(renameNewVariant(form, id, renamed))}
            pointer={`/variants/${escapePointer(name)}/-`}
          />
          <VariantValue
            type={type}
            name={name}
            value={value}
            onChange={(changed) =>
              onChange({ ...form, variants: variants.with(i, { id, item: { name, value: changed } }) })
            }
          />
          <RemoveButton
            label={`Remove variant ${name}`}
            isDisabled={variants.length <= 2 || name === off || name === audience.variant}
            onRemove={() => onChange({ ...form, variants: variants.toSpliced(i, 1) })}
          />
        </div>
      ))}
      <button
        type="button"
        class="small"
        onClick={() => {
          const item = { name: freeName("variant", names), value: initialValue(type) };
          onChange({ ...form, variants: [...variants, row(item)] });
        }}
      >
        Add variant
      </button>
      <Select
        label="Everybody else gets"
        value={off}
        options={names.map((name) => [name, name] as const)}
        onChange={(chosen) => {
          const served =
            audience.variant === chosen ? (names.find((name) => name !== chosen) ?? chosen) : audience.variant;
          onChange({ ...form, off: chosen, audience: { ...audience, variant: served } });
        }}
        pointer="/offVariant"
      />
    </fieldset>
  );
}
