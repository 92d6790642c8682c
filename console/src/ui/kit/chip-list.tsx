import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";

/** A long list is drawn only if the person asks for it. */
const FEW = 50;

/** Chips with a button to remove each. Tab stops at one of them, and the arrow keys move between them. */
export function ChipList({
  label,
  values,
  check,
  onRemove,
  onLeave,
}: {
  label: string;
  values: readonly string[];
  check?: ((value: string) => string | undefined) | undefined;
  onRemove: (value: string) => void;
  /** Moves the focus to the input behind the chips. */
  onLeave: () => void;
}): JSX.Element | null {
  const list = useRef<HTMLUListElement>(null);
  const [hasAll, setAll] = useState(false);
  const [stop, setStop] = useState<string>();
  // The newest values are the ones to check and correct.
  const shown = hasAll ? values : values.slice(-FEW);
  const hidden = values.length - shown.length;
  const stopAt = stop !== undefined && shown.includes(stop) ? stop : shown.at(-1);
  const buttons = (): HTMLButtonElement[] => [
    ...(list.current?.querySelectorAll<HTMLButtonElement>(".chip button") ?? []),
  ];
  const remove = (index: number): void => {
    const [value, next] = [shown[index], buttons()[index + 1]];
    if (value === undefined) return;
    if (next === undefined) onLeave();
    else next.focus();
    onRemove(value);
  };
  const keyDown = (event: KeyboardEvent): void => {
    const all = buttons();
    const here = all.findIndex((button) => button === document.activeElement);
    if (here === -1) return;
    if (event.key === "ArrowLeft") all[Math.max(0, here - 1)]?.focus();
    else if (event.key === "ArrowRight") (all[here + 1] ?? { focus: onLeave }).focus();
    else if (event.key === "Home") all[0]?.focus();
    else if (event.key === "End") onLeave();
    else if (event.key === "Delete" || event.key === "Backspace") remove(here);
    else return;
    event.preventDefault();
  };
  if (values.length === 0) return null;
  return (
    <>
      {hidden > 0 && (
        <button type="button" class="small" onClick={() => setAll(true)}>
          Show {hidden.toLocaleString("en")} more
        </button>
      )}
      <ul ref={list} aria-label={`${label}: ${values.length.toLocaleString("en")}`} data-roving onKeyDown={keyDown}>
        {shown.map((value, i) => (
          <Chip
            key={value}
            value={value}
            problem={check?.(value)}
            isStop={value === stopAt}
            onFocus={() => setStop(value)}
            onRemove={() => remove(i)}
          />
        ))}
      </ul>
    </>
  );
}

function Chip({
  value,
  problem,
  isStop,
  onFocus,
  onRemove,
}: {
  value: string;
  problem: string | undefined;
  isStop: boolean;
  onFocus: () => void;
  onRemove: () => void;
}): JSX.Element {
  return (
    <li class={problem === undefined ? "chip" : "chip bad"} title={problem}>
      <span>{value}</span>
      <button
        type="button"
        aria-label={`Remove ${value}`}
        tabIndex={isStop ? 0 : -1}
        onFocus={onFocus}
        onClick={onRemove}
      >
        <Icon of={icons.close} />
      </button>
    </li>
  );
}
