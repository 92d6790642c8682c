import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { OptionList, type Options } from "./options.tsx";

/** Shows the options under an input, in the top layer. The popover is manual, because the focus stays in the input. */
export function OptionPopup({
  of,
  label,
  isOpen,
  anchor,
}: {
  of: Options;
  label: string;
  isOpen: boolean;
  anchor: RefObject<HTMLElement | null>;
}): JSX.Element {
  const popup = useRef<HTMLDivElement>(null);
  const isShown = isOpen && of.shown.length > 0;
  useEffect(() => {
    if (isShown && anchor.current !== null) popup.current?.showPopover({ source: anchor.current });
    else popup.current?.hidePopover();
  }, [isShown]);
  return (
    <div ref={popup} class="option-popup" popover="manual">
      <OptionList of={of} label={label} />
    </div>
  );
}
