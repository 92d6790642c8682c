import type { JSX } from "preact";

/** The small × that removes one item. `label` says which item, for screen readers. */
export function RemoveButton({
  label,
  isDisabled = false,
  onRemove,
}: {
  label: string;
  isDisabled?: boolean;
  onRemove: () => void;
}): JSX.Element {
  return (
    <button type="button" class="quiet" aria-label={label} disabled={isDisabled} onClick={onRemove}>
      ×
    </button>
  );
}
