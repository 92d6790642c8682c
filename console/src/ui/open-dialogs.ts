/** The open dialogs by id, the topmost last. Everything outside the topmost one is inert. */
import { signal } from "@preact/signals";

export const openDialogs = signal<readonly string[]>([]);

/** Adds a dialog. Returns a function that removes it when it has closed. */
export function openedDialog(id: string): () => void {
  openDialogs.value = [...openDialogs.peek(), id];
  return () => void (openDialogs.value = openDialogs.peek().filter((other) => other !== id));
}
