/**
 * The storage of this browser and of this tab. Where it is full, or the browser refuses it, such as in some private
 * windows, the console keeps things in memory and forgets them with the page.
 */
import { notify } from "./notices.ts";

export interface Kept {
  names(): string[];
  getItem(name: string): string | null;
  /** Returns whether the storage has the text, so that it outlives the page. */
  setItem(name: string, text: string): boolean;
  removeItem(name: string): void;
}

export const browserStorage: Kept = keptIn(() => localStorage);
export const tabStorage: Kept = keptIn(() => sessionStorage);

/** Keeps something that a person asked to save, and says if it will not outlive the page. `subject` names it. */
export function keepAsked(storage: Kept, name: string, text: string, subject: string): void {
  if (!storage.setItem(name, text)) {
    const reason = "the storage of this browser is full or switched off";
    notify(`Kept ${subject} only until you leave or reload this page, because ${reason}`, "failed", { topic: name });
  }
}

/** Reads a list that was stored as JSON, without what is not such an item. It is empty if nothing readable is there. */
export function readList<T>(name: string, isItem: (value: unknown) => value is T): T[] {
  try {
    const stored: unknown = JSON.parse(browserStorage.getItem(name) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isItem) : [];
  } catch {
    return [];
  }
}

/** Exported for the tests, which bring a storage of their own. */
export function keptIn(find: () => Storage): Kept {
  const storage = usable(find);
  /** The texts that the storage has not taken. It may still have an earlier one. */
  const inMemory = new Map<string, string>();
  return {
    names: () => [...new Set([...namesIn(storage), ...inMemory.keys()])],
    getItem: (name) => inMemory.get(name) ?? storage?.getItem(name) ?? null,
    setItem(name, text) {
      inMemory.set(name, text);
      if (storage === undefined) return false;
      try {
        storage.setItem(name, text);
      } catch {
        return false;
      }
      return inMemory.delete(name);
    },
    removeItem(name) {
      inMemory.delete(name);
      storage?.removeItem(name);
    },
  };
}

function usable(find: () => Storage): Storage | undefined {
  try {
    const storage = find();
    storage.getItem("");
    return storage;
  } catch {
    return undefined;
  }
}

function namesIn(storage: Storage | undefined): string[] {
  return Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i) ?? "");
}
