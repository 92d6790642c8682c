import { useRef } from "preact/hooks";
import { type KeyedItems, keysOf } from "./item-keys.ts";

/** Returns a key for each item of a list, which the item keeps while other items are added and removed. */
export function useItemKeys(items: readonly object[]): readonly number[] {
  const last = useRef<KeyedItems>({ items: [], keys: [] });
  last.current = { items, keys: keysOf(items, last.current) };
  return last.current.keys;
}
