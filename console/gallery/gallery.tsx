/** Every part of console/src/ui/kit on one page. Only test/browser/kit.test.ts builds it. */
import { signal } from "@preact/signals";
import { type JSX, render } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../src/ui/dialog.tsx";
import { ChipsInput } from "../src/ui/kit/chips-input.tsx";
import { Combobox } from "../src/ui/kit/combobox.tsx";
import { CommandPalette } from "../src/ui/kit/command-palette.tsx";
import { Icon } from "../src/ui/kit/icon.tsx";
import * as icons from "../src/ui/kit/icons.ts";
import { JsonEditor } from "../src/ui/kit/json/json-editor.tsx";
import { LinePlot } from "../src/ui/kit/line-plot.tsx";
import { Menu, type MenuItem } from "../src/ui/kit/menu.tsx";
import { Tabs } from "../src/ui/kit/tabs.tsx";
import { Tooltip } from "../src/ui/kit/tooltip.tsx";

import.meta.glob("../src/styles/**/*.css", { eager: true });

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
      <section>
        <h2>Tooltip</h2>
        <Tooltip text="Saved three minutes ago">
          <button type="button">Saved</button>
        </Tooltip>
      </section>
      <Fields />
      <section>
        <h2>Command palette</h2>
        <Palette />
      </section>
      <section>
        <h2>Plot</h2>
        <LinePlot
          title="Evaluations"
          series={SERIES}
          from={NOON}
          to={NOON + 23 * HOUR}
          marks={MARKS}
          format={(value) => value.toLocaleString("en")}
          empty="No evaluations yet"
        />
      </section>
    </main>
  );
}

const NOON = Date.UTC(2026, 10, 3, 12);
const HOUR = 3_600_000;
const SERIES = ["on", "off"].map((name, i) => ({
  name,
  points: Array.from({ length: 24 }, (_, hour) => ({ at: NOON + hour * HOUR, value: 100 * (i + 1) + hour })),
}));
const MARKS = [{ at: NOON + 20 * HOUR, label: "Version 12" }];
const COUNTRIES = ["Belgium", "France", "Germany", "Netherlands"].map((value) => ({ value }));
const FLAGS = ["checkout-redesign", "checkout", "payments-enabled"].map((value) => ({ value, hint: "Flag" }));

function Fields(): JSX.Element {
  const [values, setValues] = useState<readonly string[]>(["Belgium"]);
  const [flag, setFlag] = useState("checkout");
  const [json, setJson] = useState<unknown>({ limit: 10 });
  const [isValid, setValid] = useState(true);
  return (
    <form onInput={({ currentTarget }) => setValid(currentTarget.checkValidity())}>
      <h2>Fields</h2>
      <ChipsInput
        label="Countries"
        values={values}
        onChange={setValues}
        options={COUNTRIES}
        check={(value) => (value.length < 2 ? "is too short" : undefined)}
        pointer="/values"
      />
      <p>Values: {JSON.stringify(values)}</p>
      <Combobox label="Flag" value={flag} options={FLAGS} isClosed onChange={setFlag} pointer="/flag" />
      <p>Flag: {flag}</p>
      <JsonEditor
        label="Value as JSON"
        value={json}
        format={(value) => JSON.stringify(value, undefined, 2)}
        parse={(text) => ({ value: JSON.parse(text) as unknown })}
        onChange={setJson}
        pointer="/json"
      />
      <p>
        JSON: {JSON.stringify(json)}, {isValid ? "valid" : "invalid"}
      </p>
    </form>
  );
}

function Palette(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Search
      </button>
      {isOpen && <CommandPalette commands={COMMANDS} onClose={() => setOpen(false)} />}
    </>
  );
}

const COMMANDS = Array.from({ length: 5000 }, (_, i) => `flag-${i}`)
  .concat("checkout-redesign", "checkout", "checkout-redesign-2")
  .map((label) => ({ value: label, label, hint: "Flag", run: () => void (chosen.value = label) }));

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
