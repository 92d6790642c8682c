import type { JSX } from "preact";
import { shortcuts } from "../../state/shortcuts.ts";
import { Dialog } from "../../ui/dialog.tsx";

/** The keyboard shortcuts of the page. */
export function ShortcutHelp({ onClose }: { onClose: () => void }): JSX.Element {
  const listed = shortcuts.value.filter(({ keys }, i, all) => all.findIndex((other) => other.keys === keys) === i);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {listed.map(({ keys, label }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <footer class="actions">
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
