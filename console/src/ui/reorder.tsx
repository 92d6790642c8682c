/** Reorders a list: with buttons that keep the focus and announce the move, or by dragging a handle. */
import { Icon } from "./kit/icon.tsx";
import * as icons from "./kit/icons.ts";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Menu } from "./kit/menu.tsx";

const announcement = signal("");

/** The live region in which screen readers hear about moves, once per page. */
export function MoveAnnouncer(): JSX.Element {
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {announcement.value}
    </p>
  );
}

interface MoveProps {
  /** The item's name, as people say it: `rule staff`. */
  name: string;
  index: number;
  count: number;
  onMove: (to: number) => void;
}

function announceMove({ name, count }: MoveProps, to: number): void {
  announcement.value = `Moved ${name} to position ${to + 1} of ${count}`;
}

/** A menu that moves and removes an item, where buttons have no room. */
export function MoveMenu({ onRemove, ...props }: MoveProps & { onRemove: () => void }): JSX.Element {
  const { name, index, count, onMove } = props;
  const box = useRef<HTMLSpanElement>(null);
  const [isMoving, setMoving] = useState(false);
  useEffect(() => {
    // The item loses the focus when it moves.
    if (isMoving) box.current?.querySelector("button")?.focus();
    setMoving(false);
  }, [index]);
  const move = (to: number): void => {
    setMoving(true);
    announceMove(props, to);
    onMove(to);
  };
  return (
    <span ref={box} class="move-menu">
      <Menu
        label={`Actions for ${name}`}
        items={[
          { label: "Move up", icon: icons.moveUp, isDisabled: index === 0, does: () => move(index - 1) },
          { label: "Move down", icon: icons.moveDown, isDisabled: index === count - 1, does: () => move(index + 1) },
          { label: "Remove", icon: icons.remove, isDestructive: true, does: onRemove },
        ]}
      />
    </span>
  );
}

export function MoveButtons(props: MoveProps): JSX.Element {
  const { name, index, count, onMove } = props;
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const [pressed, setPressed] = useState<"up" | "down">();
  useEffect(() => {
    if (pressed === undefined) return;
    // At the end of the list the pressed button is disabled, so the focus goes to the other one.
    const [wanted, other] = pressed === "up" ? [up, down] : [down, up];
    (wanted.current?.disabled === true ? other : wanted).current?.focus();
    setPressed(undefined);
  }, [index]);
  const move = (direction: "up" | "down"): void => {
    const to = direction === "up" ? index - 1 : index + 1;
    setPressed(direction);
    announceMove(props, to);
    onMove(to);
  };
  return (
    <>
      <button
        ref={up}
        type="button"
        class="quiet icon-button"
        aria-label={`Move ${name} up`}
        disabled={index === 0}
        onClick={() => move("up")}
      >
        <Icon of={icons.moveUp} />
      </button>
      <button
        ref={down}
        type="button"
        class="quiet icon-button"
        aria-label={`Move ${name} down`}
        disabled={index === count - 1}
        onClick={() => move("down")}
      >
        <Icon of={icons.moveDown} />
      </button>
    </>
  );
}

/**
 * Takes `moveBefore` away from a list whose items move, so that Preact moves them with `insertBefore`. Chromium 156
 * crashes if a control is disabled or enabled right after `moveBefore` has moved it, as the buttons at both ends are.
 */
export function avoidMoveBefore(list: Element | null): void {
  if (list !== null) Object.assign(list, { moveBefore: undefined });
}

export interface Dragging {
  /** Event handlers for the handle of an item. */
  handle(index: number): {
    onPointerDown: (event: PointerOf) => void;
    onPointerMove: (event: PointerOf) => void;
    onPointerUp: () => void;
    onLostPointerCapture: () => void;
  };
  /** The side of this item on which the dragged item would land. */
  landing(index: number): "before" | "after" | undefined;
}

type PointerOf = PointerEvent & { readonly currentTarget: HTMLElement };

/** Dragging within `EDGE` pixels of an edge of the window scrolls by `SCROLL` pixels at a time. */
const EDGE = 80;
const SCROLL = 16;

/** Drags items of one list by mouse, finger or pen. The handle must be inside an item. */
export function useDragging(onMove: (from: number, to: number) => void): Dragging {
  const [drag, setDrag] = useState<{ from: number; over: number }>();
  const end = (): void => setDrag(undefined);
  return {
    handle: (index) => ({
      onPointerDown: (event) => {
        if (event.button !== 0 || event.currentTarget.closest("fieldset:disabled") !== null) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: index, over: index });
      },
      onPointerMove: ({ currentTarget, clientY }) => {
        if (drag?.from !== index) return;
        if (clientY < EDGE) scrollBy(0, -SCROLL);
        else if (clientY > innerHeight - EDGE) scrollBy(0, SCROLL);
        const over = itemAt(currentTarget, clientY) ?? drag.over;
        if (over !== drag.over) setDrag({ from: index, over });
      },
      onPointerUp: () => {
        if (drag !== undefined && drag.from !== drag.over) onMove(drag.from, drag.over);
        end();
      },
      onLostPointerCapture: end,
    }),
    landing: (index) => {
      if (drag === undefined || drag.over !== index || drag.from === index) return undefined;
      return drag.from > index ? "before" : "after";
    },
  };
}

/** Returns the index of the list item at this height. */
function itemAt(handle: Element, y: number): number | undefined {
  const items = [...(handle.closest("li")?.parentElement?.children ?? [])];
  const index = items.findIndex((item) => y <= item.getBoundingClientRect().bottom);
  if (items.length === 0) return undefined;
  return index === -1 ? items.length - 1 : index;
}
