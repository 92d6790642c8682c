import { Component, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { moreText } from "../../../../sdk/words/names.ts";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";

/** A longer list is folded: only its newest values are drawn, until the person asks for all. */
const LONG = 50;
const NEWEST = 10;
/** A list of thousands appears in pieces, from its end, because drawing all at once blocks the page for a second. */
const PIECE = 250;

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
  const list = useRef<HTMLDivElement>(null);
  const [hasAll, setAll] = useState(false);
  const [stop, setStop] = useState<string>();
  // The newest values are the ones to check and correct.
  const isLong = values.length > LONG;
  const count = usePieces(isLong && !hasAll ? NEWEST : values.length);
  const hidden = Math.max(0, values.length - count);
  const shown = keyed(values, check).slice(hidden);
  const stopAt = shown.some(({ key }) => key === stop) ? stop : shown.at(-1)?.key;
  const buttons = (): HTMLButtonElement[] => [
    ...(list.current?.querySelectorAll<HTMLButtonElement>(".chip button") ?? []),
  ];
  const remove = (index: number): void => {
    const next = buttons()[index - hidden + 1];
    if (next === undefined) onLeave();
    else next.focus();
    onRemove(index);
  };
  const latest = useRef(remove);
  latest.current = remove;
  const keyDown = (event: KeyboardEvent): void => {
    const all = buttons();
    const here = all.findIndex((button) => button === document.activeElement);
    if (here === -1) return;
    if (event.key === "ArrowLeft") all[Math.max(0, here - 1)]?.focus();
    else if (event.key === "ArrowRight") (all[here + 1] ?? { focus: onLeave }).focus();
    else if (event.key === "Home") all[0]?.focus();
    else if (event.key === "End") onLeave();
    else if (event.key === "Delete" || event.key === "Backspace") remove(hidden + here);
    else return;
    event.preventDefault();
  };
  if (values.length === 0) return null;
  return (
    <>
      {isLong && <Fold rest={values.length - NEWEST} isOpen={hasAll} onToggle={setAll} />}
      <div ref={list} data-roving onKeyDown={keyDown}>
        {piecesOf(shown, hidden).map(({ first, items }) => (
          <Piece
            key={Math.floor(first / PIECE)}
            label={count > PIECE ? `${label} from ${first + 1}` : `${label}: ${values.length.toLocaleString("en")}`}
            isOne={count <= PIECE}
            first={first}
            items={items}
            stopAt={items.some(({ key }) => key === stopAt) ? stopAt : undefined}
            onFocus={setStop}
            onRemove={(index) => latest.current(index)}
          />
        ))}
      </div>
    </>
  );
}

/** Shows all values, or the newest only. A button would not work for a person who may only read the list. */
function Fold({
  rest,
  isOpen,
  onToggle,
}: {
  rest: number;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}): JSX.Element {
  return (
    <details class="more" open={isOpen} onToggle={({ currentTarget }) => onToggle(currentTarget.open)}>
      <summary>{isOpen ? "Show the newest only" : `Show ${moreText(rest)}`}</summary>
    </details>
  );
}

interface Item {
  key: string;
  value: string;
  problem: string | undefined;
}

/** Values with keys of their own, also those that are in the list more than once. */
function keyed(values: readonly string[], check?: (value: string) => string | undefined): Item[] {
  const seen = new Map<string, number>();
  return values.map((value) => {
    const count = (seen.get(value) ?? 0) + 1;
    seen.set(value, count);
    return { key: `${count} ${value}`, value, problem: check?.(value) };
  });
}

/** Returns how many values to draw: a piece more with each frame, until it is this many. */
function usePieces(wanted: number): number {
  const [drawn, setDrawn] = useState(Math.min(wanted, PIECE));
  useEffect(() => {
    if (drawn === wanted) return undefined;
    const frame = requestAnimationFrame(() => setDrawn(Math.min(wanted, drawn + PIECE)));
    return () => cancelAnimationFrame(frame);
  }, [drawn, wanted]);
  return Math.min(drawn, wanted);
}

/** Returns the items in pieces whose borders stay where they are while earlier items appear. */
function piecesOf(items: readonly Item[], hidden: number): { first: number; items: Item[] }[] {
  const pieces: { first: number; items: Item[] }[] = [];
  for (let first = hidden; first < hidden + items.length;) {
    const end = (Math.floor(first / PIECE) + 1) * PIECE;
    pieces.push({ first, items: items.slice(first - hidden, end - hidden) });
    first = end;
  }
  return pieces;
}

interface PieceProps {
  label: string;
  /** Whether it is the whole list. */
  isOne: boolean;
  /** The place of its first item in the list. */
  first: number;
  items: readonly Item[];
  /** The item at which Tab stops, if it is in this piece. */
  stopAt: string | undefined;
  onFocus: (key: string) => void;
  onRemove: (index: number) => void;
}

/** A part of the list. It is drawn again only if it changes, because the list can have thousands of values. */
class Piece extends Component<PieceProps> {
  override shouldComponentUpdate(next: PieceProps): boolean {
    const { label, isOne, first, items, stopAt } = this.props;
    if (label !== next.label || isOne !== next.isOne || first !== next.first || stopAt !== next.stopAt) return true;
    if (items.length !== next.items.length) return true;
    return items.some(({ key, problem }, i) => key !== next.items[i]?.key || problem !== next.items[i]?.problem);
  }

  override render({ label, isOne, first, items, stopAt, onFocus, onRemove }: PieceProps): JSX.Element {
    return (
      <ul aria-label={label} class={isOne ? undefined : "piece"}>
        {items.map(({ key, value, problem }, i) => (
          <li key={key} class={problem === undefined ? "chip" : "chip bad"} title={problem}>
            <span>{value}</span>
            <button
              type="button"
              aria-label={`Remove ${value}`}
              tabIndex={key === stopAt ? 0 : -1}
              onFocus={() => onFocus(key)}
              onClick={() => onRemove(first + i)}
            >
              <Icon of={icons.close} />
            </button>
          </li>
        ))}
      </ul>
    );
  }
}
