import type { JSX } from "preact";
import { escapePointer } from "../../../../../sdk/words/place.ts";
import type { FlagType } from "../../../state/flags/variant-values.ts";
import { NameInput } from "../../../ui/fields/name-input.tsx";
import { RemoveButton } from "../../../ui/remove-button.tsx";
import { VariantValue } from "./variant-value.tsx";

interface Props {
  type: FlagType;
  variant: { name: string; value: unknown };
  /** The names of the other variants. */
  taken: readonly string[];
  canRemove: boolean;
  onRename: (name: string) => void;
  onChange: (value: unknown) => void;
  onRemove: () => void;
}

/** Edits one variant: its name and its value. */
export function VariantItem({ type, variant, taken, canRemove, onRename, onChange, onRemove }: Props): JSX.Element {
  const { name, value } = variant;
  const pointer = `/variants/${escapePointer(name)}`;
  return (
    <div class={`variant ${type}`} role="group" aria-label={`Variant ${name}`}>
      <NameInput label="Name" name={name} taken={taken} onChange={onRename} pointer={`${pointer}/-`} />
      <VariantValue type={type} value={value} pointer={pointer} onChange={onChange} />
      <RemoveButton label={`Remove variant ${name}`} isDisabled={!canRemove} onRemove={onRemove} />
    </div>
  );
}
