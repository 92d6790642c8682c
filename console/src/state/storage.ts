/**
 * The storage of this browser and of this tab. Where the browser refuses it, such as in some private windows, the
 * console keeps things in memory and forgets them with the page.
 */
export type Kept = Pick<Storage, "length" | "key" | "getItem" | "setItem" | "removeItem">;

export const browserStorage: Kept = orMemory(() => localStorage);
export const tabStorage: Kept = orMemory(() => sessionStorage);

/** Reads a list that was stored as JSON, without what is not such an item. It is empty if nothing readable is there. */
export function readList<T>(name: string, isItem: (value: unknown) => value is T): T[] {
  try {
    const stored: unknown = JSON.parse(browserStorage.getItem(name) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isItem) : [];
  } catch {
    return [];
  }
}

function orMemory(find: () => Storage): Kept {
  try {
    const storage = find();
    storage.getItem("");
    return storage;
  } catch {
    return memoryStorage();
  }
}

export function memoryStorage(): Kept {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, text) => void items.set(name, text),
    removeItem: (name) => void items.delete(name),
  };
}
