import type { JSX } from "preact";
import { Icon } from "./kit/icon.tsx";
import * as icons from "./kit/icons.ts";

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
    <button type="button" class="quiet icon-button" aria-label={label} disabled={isDisabled} onClick={onRemove}>
      <Icon of={icons.close} />
    </button>
  );
}
