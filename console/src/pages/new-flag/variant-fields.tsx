import type { JSX } from "preact";
import { freeName, row } from "../../state/flags/flag-draft.ts";
import { initialValue } from "../../state/flags/variant-values.ts";
import { type NewFlag, parseValues, renameNewVariant, withValues } from "../../state/new-flag/new-flag.ts";
import { Select } from "../../ui/fields/select.tsx";
import { JsonEditor } from "../../ui/kit/json/json-editor.tsx";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { VariantItem } from "../flag/variants/variant-item.tsx";

interface Props {
  form: NewFlag;
  onChange: (form: NewFlag) => void;
}

/** The named values of a new flag that is not boolean, and the one of everybody else. */
export function VariantFields({ form, onChange }: Props): JSX.Element {
  const { type, variants, off, audience } = form;
  const names = variants.map(({ item }) => item.name);
  return (
    <fieldset class="stack plain" data-pointer="/variants" tabIndex={-1}>
      <legend>Values</legend>
      {type === "object" ? (
        <ValuesAsJson form={form} onChange={onChange} />
      ) : (
        <Values form={form} onChange={onChange} />
      )}
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

/** All variants in one text, because JSON has names for its values. */
function ValuesAsJson({ form, onChange }: Props): JSX.Element {
  return (
    <JsonEditor
      label="Values as JSON"
      value={Object.fromEntries(form.variants.map(({ item }) => [item.name, item.value]))}
      format={(values) => exactJson(values, 2)}
      parse={parseValues}
      onChange={(values) => onChange(withValues(form, values))}
      pointer="/variants"
      hint="Each name is a variant, and its value follows the colon."
    />
  );
}

function Values({ form, onChange }: Props): JSX.Element {
  const { type, variants, off, audience } = form;
  const names = variants.map(({ item }) => item.name);
  return (
    <>
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
    </>
  );
}
