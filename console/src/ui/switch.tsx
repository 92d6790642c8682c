import type { JSX } from "preact";

/** On or off, as a checkbox is to the keyboard and to screen readers. */
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
          // The state decides what is shown, not the click.
          event.preventDefault();
          onToggle(!isOn);
        }}
      />
      <span aria-hidden="true" />
    </label>
  );
}
