/** A list of values as chips. Typed and pasted text becomes several chips at commas, tabs and line breaks. */
import type { JSX, RefObject } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import { ChipList } from "./chip-list.tsx";
import { OptionPopup } from "./option-popup.tsx";
import { type Option, useOptions } from "./options.tsx";
import { addedText, addValues, allValues, type Quotes, splitValues } from "./split-values.ts";

interface Props {
  label: string;
  isLabelHidden?: boolean;
  values: readonly string[];
  onChange: (values: string[]) => void;
  /** Suggested values. */
  options?: readonly Option[];
  /** Returns the problem with one value. The chip is then marked, and the form is invalid. */
  check?: (value: string) => string | undefined;
  /** Pointer to the list of values. */
  pointer: string;
  /** How typed and pasted quotes are read. Default: as in CSV. */
  quotes?: Quotes;
  /** The list in words, beside the last change. */
  summary?: string;
  hint?: string;
  placeholder?: string;
}

const NO_OPTIONS: readonly Option[] = [];

export function ChipsInput(props: Props): JSX.Element {
  const { label, isLabelHidden, values, options = NO_OPTIONS, check, pointer, summary, hint, placeholder } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { text, said, add, addAll, type, remove } = useValues(props);
  const field = useField(pointer, "below");
  const bad = check === undefined ? undefined : values.find((value) => check(value) !== undefined);
  const problem = bad === undefined ? "" : `${bad} ${check?.(bad) ?? ""}`;
  useValidity(input, problem);
  const list = useOptions({
    options: options.filter(({ value }) => !values.includes(value)),
    text,
    isOpen,
    startsAtFirst: false,
    onChoose: ({ value }) => add([value]),
  });
  const keyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLInputElement }): void => {
    // The control's own text, because the last key may not have been drawn yet.
    const { selectionStart, selectionEnd, value: text } = event.currentTarget;
    const isAtStart = selectionStart === 0 && selectionEnd === 0;
    if (list.onKey(event)) return;
    if (event.key === "ArrowDown") setOpen(true);
    else if (isAtStart && event.key === "Backspace") remove(values.length - 1);
    else if (isAtStart && event.key === "ArrowLeft")
      box.current?.querySelector<HTMLElement>(".chip:last-of-type button")?.focus();
    else if ((event.key === "Enter" && text.trim() !== "") || (event.key === "Escape" && isOpen)) {
      // Enter does not submit the form, and Escape does not close the dialog around it.
      event.preventDefault();
      if (event.key === "Enter") addAll(text);
      else setOpen(false);
    }
  };
  return (
    <Field id={id} label={label} isLabelHidden={isLabelHidden}>
      <div ref={box} class="chips" onClick={({ target }) => target === box.current && input.current?.focus()}>
        <ChipList
          label={label}
          values={values}
          check={check}
          onRemove={remove}
          onLeave={() => input.current?.focus()}
        />
        <input
          {...(options.length === 0 ? { autocomplete: "off", spellcheck: false } : list.attributes)}
          {...field}
          id={id}
          ref={input}
          type="text"
          value={text}
          placeholder={values.length === 0 ? placeholder : undefined}
          aria-describedby={`${id}-said`}
          onInput={({ currentTarget }) => (setOpen(true), type(currentTarget.value))}
          onPaste={(event) => paste(event, addAll)}
          onFocus={() => options.length > 0 && setOpen(true)}
          onChange={({ currentTarget }) => addAll(currentTarget.value)}
          onBlur={({ currentTarget }) => (setOpen(false), addAll(currentTarget.value))}
          onKeyDown={keyDown}
        />
      </div>
      {options.length > 0 && <OptionPopup of={list} label={label} isOpen={isOpen} anchor={box} />}
      <span id={`${id}-said`} class="hint" role="status">
        {[said, summary].filter(Boolean).join(" ")}
      </span>
      {problem === "" ? <ProblemText pointer={pointer} covers="below" /> : <span class="problem">{problem}</span>}
      {hint !== undefined && <span class="hint">{hint}</span>}
    </Field>
  );
}

/** Makes the form invalid while there is a problem. */
function useValidity(input: RefObject<HTMLInputElement | null>, problem: string): void {
  useLayoutEffect(() => {
    if (input.current === null || input.current.validationMessage === problem) return;
    input.current.setCustomValidity(problem);
    // The form tracks whether its text is valid by this event. On the control itself, it would open the suggestions.
    input.current.parentElement?.dispatchEvent(new Event("input", { bubbles: true }));
  }, [problem]);
}

/** The typed text, and how it becomes values. `said` is the last change in words, for screen readers too. */
function useValues({ values, onChange, quotes }: Pick<Props, "values" | "onChange" | "quotes">) {
  const [text, setText] = useState("");
  const [said, say] = useState("");
  const add = (added: readonly string[], rest = ""): void => {
    setText(rest);
    if (added.length === 0) return;
    const result = addValues(values, added);
    say(addedText(result));
    if (result.fresh.length > 0) onChange(result.values);
  };
  const addAll = (typed: string): void => add(allValues(typed, quotes));
  const type = (typed: string): void => {
    const { values: whole, rest } = splitValues(typed, quotes);
    add(whole, whole.length > 0 ? rest.trimStart() : typed);
  };
  const remove = (index: number): void => {
    if (index < 0) return;
    say(`Removed ${values[index] ?? ""}.`);
    onChange(values.toSpliced(index, 1));
  };
  return { text, said, add, addAll, type, remove };
}

/** Takes pasted text with several values, because the browser would remove its line breaks. */
function paste(
  event: ClipboardEvent & { readonly currentTarget: HTMLInputElement },
  add: (text: string) => void,
): void {
  const pasted = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[,\t\n\r]/.test(pasted)) return;
  event.preventDefault();
  add(event.currentTarget.value + pasted);
}
