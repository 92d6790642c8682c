import { cloneElement, type HTMLAttributes, type JSX, type VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

const DELAY_MS = 300;

/**
 * A short text about a control, shown by the pointer or the keyboard: `<Tooltip text="…"><button …/></Tooltip>`. A
 * finger cannot show it, so it must not be the only place of the information.
 */
export function Tooltip({ text, children }: { text: string; children: VNode<HTMLAttributes> }): JSX.Element {
  const id = useId();
  const tip = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = (): void => {
    clearTimeout(timer.current);
    tip.current?.hidePopover();
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (around: HTMLElement, delayMs: number): void => {
    const anchor = around.firstElementChild;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (anchor instanceof HTMLElement && tip.current?.isConnected) tip.current.showPopover({ source: anchor });
    }, delayMs);
  };
  return (
    <span
      class="tooltip-anchor"
      onPointerEnter={({ currentTarget, pointerType }) => pointerType === "mouse" && show(currentTarget, DELAY_MS)}
      onPointerLeave={hide}
      onFocusIn={({ currentTarget, target }) =>
        target instanceof Element && target.matches(":focus-visible") && show(currentTarget, 0)
      }
      onFocusOut={hide}
      onPointerDown={hide}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || tip.current?.matches(":popover-open") !== true) return;
        // Escape hides the text, and not also the dialog around it.
        event.preventDefault();
        hide();
      }}
    >
      {cloneElement(children, { "aria-describedby": id })}
      <span ref={tip} id={id} class="tooltip" role="tooltip" popover="manual">
        {text}
      </span>
    </span>
  );
}
