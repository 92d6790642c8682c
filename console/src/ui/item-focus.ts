import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Keeps the keyboard in a list whose items are added and removed. Returns a ref for the list, and a function that
 * focuses the element matching `selector`, or another one, in an item, once the list has been drawn again.
 */
export function useItemFocus<List extends HTMLElement>(
  selector: string,
): [list: RefObject<List | null>, focusItem: (index: number, other?: string) => void] {
  const list = useRef<List>(null);
  const [wanted, setWanted] = useState<{ index: number; other: string | undefined }>();
  useEffect(() => {
    if (wanted === undefined) return;
    list.current?.children[wanted.index]?.querySelector<HTMLElement>(wanted.other ?? selector)?.focus();
    setWanted(undefined);
  }, [wanted]);
  return [list, (index, other) => setWanted({ index, other })];
}
