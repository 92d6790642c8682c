/** A dialog to find something by its name and go there, or do it. */
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { openedDialog } from "../open-dialogs.ts";
import { Icon } from "./icon.tsx";
import * as icons from "./icons.ts";
import { type Option, OptionList, useOptions } from "./options.tsx";

/** `value` is unique, such as `flag checkout`. `hint` says what it is: "Flag", "Page", "Action". */
export interface Command extends Option {
  label: string;
  /** Runs after the dialog is closed, with the focus where it was. */
  run: () => void;
}

/** Render it while it is open. `commands` are in the order for an empty search: the most useful first. */
export function CommandPalette({
  commands,
  placeholder = "Search flags, segments, pages and actions",
  onClose,
}: {
  commands: readonly Command[];
  placeholder?: string;
  onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [text, setText] = useState("");
  // Before the next key, so that nobody types past the dialog.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return openedDialog(id);
  }, []);
  const list = useOptions({
    options: commands,
    text,
    isOpen: true,
    startsAtFirst: true,
    onChoose: ({ value }) => {
      dialog.current?.close();
      commands.find((command) => command.value === value)?.run();
    },
  });
  return (
    <dialog
      ref={dialog}
      class="palette"
      data-environment=""
      aria-label="Command palette"
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      <label class="palette-search">
        <Icon of={icons.search} />
        <span class="visually-hidden">{placeholder}</span>
        <input
          {...list.attributes}
          type="text"
          value={text}
          placeholder={placeholder}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => void list.onKey(event)}
        />
      </label>
      <OptionList of={list} label="Results" />
      <p class={list.total === 0 ? "hint" : "visually-hidden"} role="status">
        {list.total === 0 ? `Nothing matches "${text}"` : `${list.total.toLocaleString("en")} results`}
      </p>
    </dialog>
  );
}
