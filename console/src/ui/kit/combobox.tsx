import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { OptionPopup } from "./option-popup.tsx";
import { type Option, useOptions } from "./options.tsx";

/**
 * A text field that suggests values. Other text is a value too, unless `isClosed`: then leaving the field brings the
 * last value back.
 */
export function Combobox({
  label,
  isLabelHidden,
  value,
  options,
  isClosed = false,
  onChange,
  pointer,
  hint,
  placeholder,
}: {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  options: readonly Option[];
  isClosed?: boolean;
  onChange: (value: string) => void;
  pointer: string;
  hint?: string;
  placeholder?: string;
}): JSX.Element {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const close = (): void => (setOpen(false), setTyped(undefined));
  const list = useOptions({
    options,
    // Opening the list without typing shows everything.
    text: typed ?? "",
    isOpen,
    startsAtFirst: isClosed && typed !== undefined,
    onChoose: ({ value: chosen }) => (close(), onChange(chosen)),
  });
  const labelOf = (one: string): string => options.find((option) => option.value === one)?.label ?? one;
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      <input
        {...list.attributes}
        {...useField(pointer)}
        id={id}
        ref={box}
        type="text"
        placeholder={placeholder}
        value={typed ?? labelOf(value)}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setOpen(true);
          if (!isClosed) onChange(currentTarget.value);
        }}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={(event) => {
          if (list.onKey(event)) return;
          if (event.key === "ArrowDown") setOpen(true);
          if (event.key !== "Escape" || !isOpen) return;
          // Escape closes the list, and not also the dialog around it.
          event.preventDefault();
          close();
        }}
      />
      <OptionPopup of={list} label={label} isOpen={isOpen} anchor={box} />
      <ProblemText pointer={pointer} />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </Field>
  );
}
