import type { JSX } from "preact";
import { freeName, row } from "../../state/flags/flag-draft.ts";
import { initialValue } from "../../state/flags/variant-values.ts";
import { type NewFlag, renameNewVariant } from "../../state/new-flag/new-flag.ts";
import { Select } from "../../ui/fields/select.tsx";
import { VariantItem } from "../flag/variants/variant-item.tsx";

/** The named values of a new flag that is not boolean, and the one of everybody else. */
export function VariantFields({ form, onChange }: { form: NewFlag; onChange: (form: NewFlag) => void }): JSX.Element {
  const { type, variants, off, audience } = form;
  const names = variants.map(({ item }) => item.name);
  return (
    <fieldset class="stack plain" data-pointer="/variants" tabIndex={-1}>
      <legend>Values</legend>
      {variants.map(({ id, item }, i) => (
        <VariantItem
          key={id}
          type={type}
          variant={item}
          taken={names.toSpliced(i, 1)}
          canRemove={variants.length > 2 && item.name !== off && item.name !== audience.variant}
          onRename={(renamed) => onChange(renameNewVariant(form, id, renamed))}
          onChange={(value) => onChange({ ...form, variants: variants.with(i, { id, item: { ...item, value } }) })}
          onRemove={() => onChange({ ...form, variants: variants.toSpliced(i, 1) })}
        />
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
