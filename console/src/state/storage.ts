/**
 * The storage of this browser and of this tab. Where it is full, or the browser refuses it, such as in some private
 * windows, the console keeps things in memory and forgets them with the page.
 */
import { notify } from "./notices.ts";

export interface TextStorage {
  names(): string[];
  getItem(name: string): string | null;
  /** Returns whether the storage has the text, so that it outlives the page. */
  setItem(name: string, text: string): boolean;
  removeItem(name: string): void;
}

export const browserStorage: TextStorage = withMemory(() => localStorage);
export const tabStorage: TextStorage = withMemory(() => sessionStorage);

/** Keeps a text that a person asked to save, and says if it will not outlive the page. `subject` names the text. */
export function keepOrNotify(storage: TextStorage, name: string, text: string, subject: string): void {
  if (!storage.setItem(name, text)) {
    const reason = "the storage of this browser is full or switched off";
    notify(`Kept ${subject} only until you close or reload this tab, because ${reason}`, "failed", { topic: name });
  }
}

/** Reads the items of a list that was stored as JSON. Returns an empty list if there is none that it can read. */
export function readList<T>(name: string, isItem: (value: unknown) => value is T): T[] {
  try {
    const stored: unknown = JSON.parse(browserStorage.getItem(name) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isItem) : [];
  } catch {
    return [];
  }
}

/** Returns a storage that keeps a text in memory if the browser's storage refuses it. */
export function withMemory(find: () => Storage): TextStorage {
  const storage = usable(find);
  /** The texts that the storage refused. It may still have an earlier text of the same name. */
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
