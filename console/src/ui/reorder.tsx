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

export interface Dragging {
  /** For the handle of an item. */
  handle(index: number): { draggable: true; onDragStart: (event: DragEvent) => void; onDragEnd: () => void };
  /** For the item itself, where others are dropped. */
  target(index: number): {
    onDragOver: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
    "data-drop": "before" | "after" | undefined;
  };
}

/** Dragging within one list. */
export function useDragging(onMove: (from: number, to: number) => void): Dragging {
  const [from, setFrom] = useState<number>();
  const [over, setOver] = useState<number>();
  const end = (): void => {
    setFrom(undefined);
    setOver(undefined);
  };
  return {
    handle: (index) => ({
      draggable: true,
      onDragStart: (event) => {
        event.dataTransfer?.setData("text/plain", String(index));
        const item = (event.currentTarget as Element).closest("li");
        if (item !== null) event.dataTransfer?.setDragImage(item, 12, 12);
        setFrom(index);
      },
      onDragEnd: end,
    }),
    target: (index) => ({
      onDragOver: (event) => {
        if (from === undefined) return;
        event.preventDefault();
        setOver(index);
      },
      onDrop: (event) => {
        event.preventDefault();
        if (from !== undefined && from !== index) onMove(from, index);
        end();
      },
      "data-drop":
        from === undefined || over !== index || from === index ? undefined : from > index ? "before" : "after",
    }),
  };
}
