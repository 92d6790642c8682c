/** Moving items of a list: by buttons that keep the focus and say what happened, and by dragging a handle. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const said = signal("");

/** Where moves are read out; once per list page. */
export function MovesSaid(): JSX.Element {
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {said.value}
    </p>
  );
}

export function MoveButtons({
  name,
  index,
  count,
  onMove,
}: {
  /** What is moved, as people call it. */
  name: string;
  index: number;
  count: number;
  onMove: (to: number) => void;
}): JSX.Element {
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const [pressed, setPressed] = useState<"up" | "down">();
  useEffect(() => {
    if (pressed === undefined) return;
    // At an end the button that was pressed is disabled: the other one is next to it.
    const [wanted, other] = pressed === "up" ? [up, down] : [down, up];
    (wanted.current?.disabled === true ? other : wanted).current?.focus();
    setPressed(undefined);
  }, [index]);
  const move = (direction: "up" | "down"): void => {
    const to = direction === "up" ? index - 1 : index + 1;
    setPressed(direction);
    said.value = `${name} is now number ${to + 1} of ${count}`;
    onMove(to);
  };
  return (
    <>
      <button
        ref={up}
        type="button"
        class="quiet"
        aria-label={`Move ${name} up`}
        disabled={index === 0}
        onClick={() => move("up")}
      >
        ↑
      </button>
      <button
        ref={down}
        type="button"
        class="quiet"
        aria-label={`Move ${name} down`}
        disabled={index === count - 1}
        onClick={() => move("down")}
      >
        ↓
      </button>
    </>
  );
}

/**
 * For the `ref` of a list whose items move. Chromium 156 crashes when a control is disabled or enabled right after
 * `moveBefore` has moved it, as the buttons at the ends are; Preact then moves by `insertBefore`.
 */
export function movesSafely(list: Element | null): void {
  if (list !== null) Object.assign(list, { moveBefore: undefined });
}

export interface Dragging {
  /** For the handle of an item. */
  handle(index: number): {
    onPointerDown: (event: PointerOf) => void;
    onPointerMove: (event: PointerOf) => void;
    onPointerUp: () => void;
    onLostPointerCapture: () => void;
  };
  /** For the item itself: on which side another one would land. */
  landing(index: number): "before" | "after" | undefined;
}

type PointerOf = PointerEvent & { readonly currentTarget: HTMLElement };

/** Pixels from an edge of the window within which dragging scrolls, and how far at a time. */
const EDGE = 80;
const SCROLL = 16;

/** Dragging by pointer, finger or pen within one list; the handle stands in an item of it. */
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

/** Number of the list's item at this height. */
function itemAt(handle: Element, y: number): number | undefined {
  const items = [...(handle.closest("li")?.parentElement?.children ?? [])];
  const index = items.findIndex((item) => y <= item.getBoundingClientRect().bottom);
  if (items.length === 0) return undefined;
  return index === -1 ? items.length - 1 : index;
}
