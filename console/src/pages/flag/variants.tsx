import type { JSX } from "preact";
import { freeName, renameVariant, row } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { escapePointer } from "../../../../sdk/words/place.ts";
import { type FlagType, initialValue } from "../../state/flags/variant-values.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ProblemText } from "../../ui/fields/problems.tsx";
import { RemoveButton } from "../../ui/remove-button.tsx";
import { VariantValue } from "./variant-value.tsx";

const VALUE_TEXT: Record<FlagType, string> = {
  boolean: "true or false",
  string: "text",
  integer: "whole numbers",
  float: "numbers with a decimal point",
  object: "JSON objects or lists",
  json: "JSON values of any type",
};

/** The flag's named values. */
export function VariantsSection({ editing }: { editing: Editing }): JSX.Element {
  const draft = editing.draft.value;
  const { variants, type } = draft;
  const names = variants.map(({ item }) => item.name);
  return (
    <section class="card stack" aria-labelledby="variants" data-pointer="/variants" tabIndex={-1}>
      <div>
        <h2 id="variants">Variants</h2>
        <p class="hint">Values are {VALUE_TEXT[type]}. All environments share them.</p>
      </div>
      {variants.map(({ id, item: { name, value } }, i) => (
        <div key={id} class={`variant ${type}`} role="group" aria-label={`Variant ${name}`}>
          <NameInput
            label="Name"
            name={name}
            taken={names.toSpliced(i, 1)}
            onChange={(renamed) => editing.change(renameVariant(draft, name, renamed))}
            pointer={`/variants/${escapePointer(name)}/-`}
          />
          <VariantValue
            type={type}
            name={name}
            value={value}
            onChange={(changed) =>
              editing.change({ variants: variants.with(i, { id, item: { name, value: changed } }) })
            }
          />
          <RemoveButton
            label={`Remove variant ${name}`}
            isDisabled={variants.length === 1}
            onRemove={() => editing.change({ variants: variants.toSpliced(i, 1) })}
          />
        </div>
      ))}
      <button
        type="button"
        class="small"
        disabled={variants.length >= 50}
        onClick={() =>
          editing.change({
            variants: [...variants, row({ name: freeName("variant", names), value: initialValue(type) })],
          })
        }
      >
        Add variant
      </button>
      <ProblemText pointer="/variants" />
    </section>
  );
}
