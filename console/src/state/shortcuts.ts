/** Keyboard shortcuts. A page registers its own while it is shown; the palette and the help list all of them. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** `Ctrl` stands for the Command key of a Mac, too. */
export type Keys = "/" | "?" | "n" | "Ctrl-K" | "Ctrl-S";

export interface Shortcut {
  keys: Keys;
  /** An action, such as `New flag`. */
  label: string;
  run: () => void;
}

const registered = signal<readonly Shortcut[]>([]);

export const shortcuts: ReadonlySignal<readonly Shortcut[]> = registered;

/** Registers a shortcut while the component is shown. The latest one of the same keys wins. */
export function useShortcut(keys: Keys, label: string, run: () => void, isEnabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!isEnabled) return undefined;
    const shortcut: Shortcut = { keys, label, run: () => latest.current() };
    registered.value = [shortcut, ...registered.peek()];
    return () => void (registered.value = registered.peek().filter((other) => other !== shortcut));
  }, [keys, label, isEnabled]);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  // The page itself says so at once, while components that have closed end a moment later.
  if (document.querySelector("dialog[open]") !== null) return;
  const hasControl = event.ctrlKey || event.metaKey;
  const pressed = hasControl ? `Ctrl-${event.key.toUpperCase()}` : event.key;
  const shortcut = registered.peek().find(({ keys }) => keys === pressed);
  if (shortcut === undefined || (!hasControl && isTyping(event))) return;
  event.preventDefault();
  if (pressed !== "Ctrl-S") return shortcut.run();
  commitTyping(event.target);
  // The page draws and checks the committed text before a save. The other shortcuts run at once: a moment later, the
  // first letters after "/" would not reach the search.
  setTimeout(() => shortcut.run());
});

/** Some fields take their text when they lose the focus, which stays in the field when a person saves by keys. */
function commitTyping(target: EventTarget | null): void {
  if (target instanceof Element && target.matches("input[type=text]"))
    target.dispatchEvent(new Event("change", { bubbles: true }));
}

function isTyping(event: KeyboardEvent): boolean {
  // Outside the shadow root of a code editor, the target of its events is the root's host.
  const [target] = event.composedPath();
  const isEditable = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], [role=menu]";
  return target instanceof Element && target.closest(isEditable) !== null;
}
