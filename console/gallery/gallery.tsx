/** Every part of console/src/ui/kit on one page. Only test/browser/kit.test.ts builds it. */
import { signal } from "@preact/signals";
import { type JSX, render } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../src/ui/dialog.tsx";
import { Icon } from "../src/ui/kit/icon.tsx";
import * as icons from "../src/ui/kit/icons.ts";
import { Menu, type MenuItem } from "../src/ui/kit/menu.tsx";
import { Tabs } from "../src/ui/kit/tabs.tsx";

import.meta.glob("../src/styles/*.css", { eager: true });

/** The last thing that somebody chose. */
const chosen = signal("nothing");

const ACTIONS: readonly MenuItem[] = [
  { label: "Delete", icon: icons.remove, isDestructive: true, does: () => void (chosen.value = "delete") },
  { label: "Rename", icon: icons.edit, does: () => void (chosen.value = "rename") },
  { label: "Copy", icon: icons.copy, isDisabled: true, hint: "Needs a second environment", does: () => {} },
  { label: "History", icon: icons.history, does: "#/?tab=history" },
];

function Gallery(): JSX.Element {
  return (
    <main>
      <h1>Kit</h1>
      <p role="status">Chosen: {chosen.value}</p>
      <section>
        <h2>Icon</h2>
        {Object.entries(icons).map(([name, drawing]) => (
          <Icon key={name} of={drawing} />
        ))}
      </section>
      <section>
        <h2>Menu</h2>
        <Menu label="Actions for key web" items={ACTIONS} />
        <MenuInDialog />
      </section>
      <section>
        <h2>Tabs</h2>
        <Tabs
          label="Sections"
          tabs={[
            { id: "targeting", label: "Targeting", isKept: true, panel: () => <Note label="Draft" /> },
            { id: "variants", label: "Variants", mark: 3, panel: () => <Note label="Other text" /> },
            { id: "history", label: "History", panel: () => <p>Nothing yet</p> },
          ]}
        />
      </section>
    </main>
  );
}

function MenuInDialog(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <>
      <Menu label="Dialogs" text="Open" items={[{ label: "A dialog", does: () => setOpen(true) }]} />
      {isOpen && (
        <Dialog title="Outer" onClose={close}>
          <Menu label="Actions in the dialog" items={ACTIONS} />
          <button type="button" onClick={close}>
            Close
          </button>
        </Dialog>
      )}
    </>
  );
}

function Note({ label }: { label: string }): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input />
    </label>
  );
}

const root = document.getElementById("gallery");
if (root !== null) render(<Gallery />, root);
