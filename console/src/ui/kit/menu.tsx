/** A menu of actions behind a "…" button. It is a native popover, so it works inside dialogs and clipped tables. */
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Icon, type Drawing } from "./icon.tsx";
import * as icons from "./icons.ts";

export interface MenuItem {
  label: string;
  icon?: Drawing;
  /** Why the item cannot be used, or a detail, in small text under the label. */
  hint?: string | undefined;
  /** Whether the action removes or revokes something. Such items stand apart, at the end. */
  isDestructive?: boolean;
  isDisabled?: boolean;
  /** The address of a link, or the action. The menu is closed before the action starts. */
  does: string | (() => void);
}

interface Props {
  /** Says what the actions are for: `Actions for key web`. */
  label: string;
  /** The visible text of the button. Without it, the button shows "…". */
  text?: string;
  items: readonly MenuItem[];
  isDisabled?: boolean;
}

const ITEMS = "[role=menuitem]";

export function Menu({ label, text, items, isDisabled = false }: Props): JSX.Element {
  const id = useId();
  const popover = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const startsAtEnd = useRef(false);
  const open = (event: KeyboardEvent & { readonly currentTarget: HTMLButtonElement }): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    startsAtEnd.current = event.key === "ArrowUp";
    popover.current?.showPopover({ source: event.currentTarget });
  };
  const toggled = ({ newState }: Pick<ToggleEvent, "newState">): void => {
    setOpen(newState === "open");
    if (newState === "open") focusItem(popover.current, startsAtEnd.current ? -1 : 0);
    startsAtEnd.current = false;
  };
  const ordered = [...items.filter((one) => one.isDestructive !== true), ...items.filter((one) => one.isDestructive)];
  return (
    <>
      <button
        type="button"
        class={text === undefined ? "quiet icon-button" : "menu-button"}
        aria-label={text === undefined ? label : undefined}
        title={text === undefined ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        popovertarget={id}
        disabled={isDisabled}
        onKeyDown={open}
      >
        {text === undefined ? <Icon of={icons.more} /> : [text, <Icon key="icon" of={icons.collapse} />]}
      </button>
      <div
        ref={popover}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        onToggle={toggled}
        onKeyDown={moveFocus}
      >
        {ordered.map((item, i) => (
          <Item key={item.label} item={item} isFirstDestructive={isFirstDestructive(ordered, i)} close={close} />
        ))}
      </div>
    </>
  );

  function close(): void {
    popover.current?.hidePopover();
  }
}

function Item({
  item: { label, icon, hint, isDestructive = false, isDisabled = false, does },
  isFirstDestructive,
  close,
}: {
  item: MenuItem;
  isFirstDestructive: boolean;
  close: () => void;
}): JSX.Element {
  const shared = {
    role: "menuitem",
    tabIndex: -1,
    class: [isDestructive && "destructive", isFirstDestructive && "apart"].filter(Boolean).join(" "),
    // Not `disabled`: the keyboard must reach the item, because its hint says why it cannot be used.
    "aria-disabled": isDisabled || undefined,
  } as const;
  const content = (
    <>
      {icon === undefined ? <span class="icon" /> : <Icon of={icon} />}
      <span>
        {label}
        {hint !== undefined && <small>{hint}</small>}
      </span>
    </>
  );
  if (typeof does === "string" && !isDisabled) {
    return (
      <a {...shared} href={does} onClick={close}>
        {content}
      </a>
    );
  }
  const choose = (): void => {
    if (isDisabled || typeof does === "string") return;
    // The focus is back on the button before the action starts, so that a dialog returns it to the button.
    close();
    does();
  };
  return (
    <button {...shared} type="button" onClick={choose}>
      {content}
    </button>
  );
}

function isFirstDestructive(items: readonly MenuItem[], i: number): boolean {
  return i > 0 && items[i]?.isDestructive === true && items[i - 1]?.isDestructive !== true;
}

function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const menu = event.currentTarget;
  const all = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
  const here = all.findIndex((item) => item === document.activeElement);
  const to = {
    ArrowDown: (here + 1) % all.length,
    ArrowUp: here <= 0 ? -1 : here - 1,
    Home: 0,
    End: -1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    focusItem(menu, to);
  } else if (event.key === "Tab") {
    // Hiding returns the focus to the button, from where the browser then moves it.
    menu.hidePopover();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const letter = event.key.toLowerCase();
    const rest = [...all.slice(here + 1), ...all.slice(0, here + 1)];
    rest.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }
}

function focusItem(menu: HTMLElement | null, index: number): void {
  [...(menu?.querySelectorAll<HTMLElement>(ITEMS) ?? [])].at(index)?.focus();
}
