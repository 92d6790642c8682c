import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Keeps the keyboard in a list whose items are added and removed. Returns a ref for the list, and a function that
 * focuses the element matching `selector`, or another one, in an item, once the list has been drawn again. If the list
 * is empty, it focuses the button after the list, which adds an item.
 */
export function useItemFocus<List extends HTMLElement>(
  selector: string,
): [list: RefObject<List | null>, focusItem: (index: number, other?: string) => void] {
  const list = useRef<List>(null);
  const [wanted, setWanted] = useState<{ index: number; other: string | undefined }>();
  useEffect(() => {
    if (wanted === undefined) return;
    const item = list.current?.children[wanted.index];
    const place = item?.querySelector(wanted.other ?? selector) ?? list.current?.nextElementSibling;
    if (place instanceof HTMLElement) place.focus();
    setWanted(undefined);
  }, [wanted]);
  return [list, (index, other) => setWanted({ index, other })];
}
