/** Returns a `Storage` like those of browsers, with room for `room` characters. */
export function browserStorageOf(room = Infinity): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem(name, text) {
      const others = [...items].filter(([other]) => other !== name).map(([other, value]) => other + value);
      if ([...others, name, text].join("").length > room) throw new DOMException("full", "QuotaExceededError");
      items.set(name, text);
    },
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
  };
}
