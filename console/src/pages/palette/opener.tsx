import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { environment } from "../../state/environments.ts";
import { loadCode } from "../../state/load-code.ts";
import { notifyFailure } from "../../state/notices.ts";
import { go, route } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { useShortcut } from "../../state/shortcuts.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";

type Opened = ComponentType<{ environment: string; onClose: () => void }>;

const opened = signal<{ dialog: Opened } | undefined>(undefined);

async function open(load: () => Promise<Opened>): Promise<void> {
  try {
    opened.value = { dialog: await loadCode(load) };
  } catch (error) {
    notifyFailure("Could not open the dialog", error);
  }
}

const openPalette = (): Promise<void> => open(async () => (await import("./palette.tsx")).Palette);
const openHelp = (): Promise<void> => open(async () => (await import("./shortcut-help.tsx")).ShortcutHelp);

/** The button of the palette, the shortcuts of every page, and the palette or the help once it is open. */
export function PaletteOpener(): JSX.Element {
  useShortcut("?", "Show the keyboard shortcuts", () => void openHelp());
  useShortcut("n", "New flag", () => go(["flags", "new"]), !isReadOnly.value);
  useShortcut("/", "Search flags", focusSearch);
  useShortcut("Ctrl-K", "Find anything", () => void openPalette());
  const Dialog = opened.value?.dialog;
  const close = (): void => void (opened.value = undefined);
  return (
    <>
      <button
        type="button"
        class="quiet find"
        title="Find a flag, a segment, a page or an action (Ctrl-K)"
        aria-keyshortcuts="Control+K"
        onClick={() => void openPalette()}
      >
        <Icon of={icons.search} /> <span class="wide-only">Find</span>
        <kbd aria-hidden="true">Ctrl-K</kbd>
      </button>
      {Dialog !== undefined && environment.value !== undefined && (
        <Dialog environment={environment.value} onClose={close} />
      )}
    </>
  );
}

/** Focuses the search of the page, or of the list of flags if the page has none. */
function focusSearch(): void {
  const search = (): HTMLElement | null => document.querySelector("main input[type=search]");
  const here = search();
  if (here !== null) return here.focus();
  if (route.peek().path[0] !== "flags") go(["flags"]);
  else if (route.peek().path.length > 1) go(["flags"]);
  const observer = new MutationObserver(() => {
    const found = search();
    if (found === null) return;
    observer.disconnect();
    // After the page has taken the focus.
    requestAnimationFrame(() => found.focus());
  });
  observer.observe(document.body, { childList: true, subtree: true });
}
