import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Keeps the keyboard in a list whose items are added and removed. Returns a ref for the list, and a function that
 * focuses the element matching `selector` in an item, once the list has been drawn again.
 */
export function useItemFocus<List extends HTMLElement>(
  selector: string,
): [list: RefObject<List | null>, focusItem: (index: number) => void] {
  const list = useRef<List>(null);
  const [index, focusItem] = useState<number | undefined>(undefined);
  useEffect(() => {
    if (index === undefined) return;
    list.current?.children[index]?.querySelector<HTMLElement>(selector)?.focus();
    focusItem(undefined);
  }, [index]);
  return [list, focusItem];
}
