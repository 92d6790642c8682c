/**
 * The storage of this browser and of this tab. Where the browser refuses it, such as in some private windows, the
 * console keeps things in memory and forgets them with the page.
 */
type Kept = Pick<Storage, "length" | "key" | "getItem" | "setItem" | "removeItem">;

export const browserStorage: Kept = orMemory(() => localStorage);
export const tabStorage: Kept = orMemory(() => sessionStorage);

function orMemory(find: () => Storage): Kept {
  try {
    const storage = find();
    storage.getItem("");
    return storage;
  } catch {
    return memoryStorage();
  }
}

function memoryStorage(): Kept {
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
