import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { colourOfChange } from "../state/environments.ts";
import { keepFocus } from "./kept-focus.ts";
import { Notices } from "./notices.tsx";
import { openDialogs, openedDialog } from "./open-dialogs.ts";

/** A modal dialog. It is the browser's own, which handles Escape and the inert page behind it. */
export function Dialog({
  title,
  isKeptOpen = false,
  isHidden = false,
  environments = [],
  onClose,
  children,
}: {
  title: string;
  /** Whether Escape leaves the dialog open, because closing it would lose something. */
  isKeptOpen?: boolean;
  /** Whether another dialog takes the place of this one for a while. */
  isHidden?: boolean;
  /** The environments that the dialog changes. It has their colour. */
  environments?: readonly string[] | undefined;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    const closed = openedDialog(id);
    return () => {
      closed();
      // The browser returns the focus only from a dialog that closes, and this one is removed while it is open.
      keepFocus(opener);
    };
  }, []);
  const close = (): void => {
    // The browser closes the dialog at the second Escape, whatever the page says to the first.
    if (isKeptOpen) dialog.current?.showModal();
    else onClose();
  };
  return (
    <dialog
      ref={dialog}
      hidden={isHidden}
      aria-labelledby={id}
      data-environment={colourOfChange(environments)}
      // Without the key press, the browser asks for no closing. The other handlers are for the Back key of phones.
      onKeyDown={(event) => isKeptOpen && event.key === "Escape" && event.preventDefault()}
      onCancel={(event) => isKeptOpen && event.preventDefault()}
      onClose={close}
    >
      <h2 id={id}>{title}</h2>
      {openDialogs.value.at(-1) === id && <Notices />}
      {children}
    </dialog>
  );
}
