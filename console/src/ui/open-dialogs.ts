/** The open dialogs by id, the topmost last. Everything outside the topmost one is inert. */
import { signal } from "@preact/signals";

export const openDialogs = signal<readonly string[]>([]);
