/** Identities for the items of a list that have none of their own, such as the conditions of a group. */

export interface KeyedItems {
  items: readonly object[];
  keys: readonly number[];
}

let newest = 0;

/** Returns the keys of the items. An item that has changed has the key of its place. */
export function keysOf(items: readonly object[], before: KeyedItems): number[] {
  const free = new Set(before.keys);
  const take = (place: number): number | undefined => {
    const key = before.keys[place];
    return key !== undefined && free.delete(key) ? key : undefined;
  };
  const kept = items.map((item, i) => take(before.items[i] === item ? i : before.items.indexOf(item)));
  return kept.map((key, i) => key ?? take(i) ?? ++newest);
}
