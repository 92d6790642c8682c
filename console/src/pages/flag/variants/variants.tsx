import type { JSX } from "preact";
import { freeName, renameVariant, row } from "../../../state/flags/flag-draft.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { type FlagType, initialValue } from "../../../state/flags/variant-values.ts";
import { ProblemText } from "../../../ui/fields/problems.tsx";
import { VariantItem } from "./variant-item.tsx";

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
      {variants.map(({ id, item }, i) => (
        <VariantItem
          key={id}
          type={type}
          variant={item}
          taken={names.toSpliced(i, 1)}
          canRemove={variants.length > 1}
          onRename={(renamed) => editing.change(renameVariant(draft, item.name, renamed))}
          onChange={(value) => editing.change({ variants: variants.with(i, { id, item: { ...item, value } }) })}
          onRemove={() => editing.change({ variants: variants.toSpliced(i, 1) })}
        />
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
