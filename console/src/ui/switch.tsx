import type { JSX } from "preact";

/** An on/off switch. Keyboards and screen readers see a checkbox. */
export function Switch({
  label,
  isOn,
  isDisabled = false,
  onToggle,
}: {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  onToggle: (isOn: boolean) => void;
}): JSX.Element {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-label={label}
        checked={isOn}
        disabled={isDisabled}
        onClick={(event) => {
          // `isOn` alone decides the position: a change that is cancelled must not move the switch.
          event.preventDefault();
          onToggle(!isOn);
        }}
      />
      <span aria-hidden="true" />
    </label>
  );
}
