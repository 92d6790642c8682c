import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";

/** A longer list is folded: only its newest values are drawn, until the person asks for all. */
const LONG = 50;
const NEWEST = 10;

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
  /** Removes the value at this place of the list. */
  onRemove: (index: number) => void;
  /** Moves the focus to the input behind the chips. */
  onLeave: () => void;
}): JSX.Element | null {
  const list = useRef<HTMLUListElement>(null);
  const [hasAll, setAll] = useState(false);
  const [stop, setStop] = useState<string>();
  // The newest values are the ones to check and correct.
  const isLong = values.length > LONG;
  const hidden = isLong && !hasAll ? values.length - NEWEST : 0;
  const shown = keyed(values.slice(hidden));
  const stopAt = shown.some(({ key }) => key === stop) ? stop : shown.at(-1)?.key;
  const buttons = (): HTMLButtonElement[] => [
    ...(list.current?.querySelectorAll<HTMLButtonElement>(".chip button") ?? []),
  ];
  const remove = (index: number): void => {
    const next = buttons()[index + 1];
    if (next === undefined) onLeave();
    else next.focus();
    onRemove(hidden + index);
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
      {isLong && (
        // A button would not work for a person who may only read the list.
        <details class="more" open={hasAll} onToggle={({ currentTarget }) => setAll(currentTarget.open)}>
          <summary>
            {hasAll ? "Show the newest only" : `Show ${(values.length - NEWEST).toLocaleString("en")} more`}
          </summary>
        </details>
      )}
      <ul ref={list} aria-label={`${label}: ${values.length.toLocaleString("en")}`} data-roving onKeyDown={keyDown}>
        {shown.map(({ key, value }, i) => (
          <Chip
            key={key}
            value={value}
            problem={check?.(value)}
            isStop={key === stopAt}
            onFocus={() => setStop(key)}
            onRemove={() => remove(i)}
          />
        ))}
      </ul>
    </>
  );
}

/** Values with keys of their own, also those that are in the list more than once. */
function keyed(values: readonly string[]): { key: string; value: string }[] {
  const seen = new Map<string, number>();
  return values.map((value) => {
    const count = (seen.get(value) ?? 0) + 1;
    seen.set(value, count);
    return { key: `${count} ${value}`, value };
  });
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
