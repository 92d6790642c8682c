/**
 * Drops the items that were added first until the rest has at most `maxChars` characters. The item that was added last
 * stays, however long it is.
 */
export function dropOldest<V>(items: Map<string, V>, maxChars: number, charsOf: (item: V) => number): void {
  let chars = 0;
  for (const item of items.values()) chars += charsOf(item);
  for (const [key, item] of items) {
    if (chars <= maxChars || items.size === 1) return;
    items.delete(key);
    chars -= charsOf(item);
  }
}
