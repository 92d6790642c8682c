import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isSame, type Parsed } from "../../fields/parsed.ts";
import { ProblemText, useField } from "../../fields/problems.tsx";
import type { JsonCode } from "./json-code.ts";
import { jsonProblems, jsonProblemText } from "./json-problems.ts";
import { whenSeen } from "../when-seen.ts";

interface Props<T> {
  label: string;
  value: T;
  format: (value: T) => string;
  /** Reads text that is valid JSON without duplicate keys. */
  parse: (text: string) => Parsed<T>;
  onChange: (value: T) => void;
  pointer: string;
  hint?: string;
  isReadOnly?: boolean;
  /** Whether `parse` also accepts an empty text. */
  canBeEmpty?: boolean;
}

/**
 * A field for JSON, with the interface of ParsedInput. It begins as a text area. Once a person sees it, a code editor
 * loads and takes its place, unless loading fails or the text area has the focus by then. The text area remains the
 * control of the form.
 */
export function JsonEditor<T>(props: Props<T>): JSX.Element {
  const { label, value, format, onChange, pointer, hint, isReadOnly = false, canBeEmpty = false } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [state, setState] = useState(() => ({ text: format(value), of: value }));
  const text = isSame(value, state.of) ? state.text : format(value);
  const parse = (typed: string) => check(typed, props.parse, canBeEmpty);
  const [problem, read] = parse(text);
  const { host, code, isLoaded, tidy } = useCode({ area, text, label, isReadOnly });
  const field = useField(pointer, "below");
  useEffect(() => area.current?.setCustomValidity(problem), [problem]);
  useEffect(() => code.current?.setProblem(describedProblem(area.current)));
  const typed = ({ currentTarget }: { currentTarget: HTMLTextAreaElement }): void => {
    const [typedProblem, parsed] = parse(currentTarget.value);
    // This runs before the event reaches the form, which tracks whether its text is valid.
    currentTarget.setCustomValidity(typedProblem);
    setState({ text: currentTarget.value, of: parsed === undefined ? value : parsed.value });
    if (parsed !== undefined && !isSame(parsed.value, value)) onChange(parsed.value);
  };
  return (
    <div class="field json-editor">
      <label for={id}>{label}</label>
      <div class="json-box">
        {isLoaded && !isReadOnly && (
          <button
            type="button"
            class="small"
            aria-label={`Format ${label}`}
            aria-disabled={read === undefined}
            onClick={() => read !== undefined && tidy()}
          >
            Format
          </button>
        )}
        <div ref={host} class={isLoaded ? "json-code" : ""} />
        <textarea
          {...field}
          {...(problem === "" ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` })}
          id={id}
          ref={area}
          class={isLoaded ? "code visually-hidden" : "code"}
          // The code editor takes its place for people.
          tabIndex={isLoaded ? -1 : 0}
          aria-hidden={isLoaded || undefined}
          rows={Math.min(20, Math.max(4, text.split("\n").length))}
          value={text}
          readOnly={isReadOnly}
          spellcheck={false}
          autocomplete="off"
          onInput={typed}
          onFocus={() => code.current?.focus()}
        />
      </div>
      <span class="problem" id={`${id}-problem`} role="status">
        {problem}
      </span>
      {problem === "" && <ProblemText pointer={pointer} covers="below" />}
      {hint !== undefined && problem === "" && <span class="hint">{hint}</span>}
    </div>
  );
}

/** Returns the problem that the page shows for a control, or an empty text. */
function describedProblem(control: HTMLElement | null): string {
  return document.getElementById(control?.getAttribute("aria-describedby") ?? "")?.textContent ?? "";
}

/** Returns the problem with the text, or an empty text and the value. */
function check<T>(
  text: string,
  parse: (text: string) => Parsed<T>,
  canBeEmpty: boolean,
): [problem: string, read?: { value: T }] {
  const [first] = canBeEmpty && text.trim() === "" ? [] : jsonProblems(text);
  if (first !== undefined) return [jsonProblemText(first)];
  const parsed = parse(text);
  return "problem" in parsed ? [parsed.problem] : ["", parsed];
}

/** Loads the code editor, and keeps it and the text area at the same text. */
function useCode({
  area,
  text,
  label,
  isReadOnly,
}: {
  area: { current: HTMLTextAreaElement | null };
  text: string;
  label: string;
  isReadOnly: boolean;
}) {
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<JsonCode>(undefined);
  const format = useRef<(text: string) => string>(undefined);
  const [isLoaded, setLoaded] = useState(false);
  const write = (typed: string): void => {
    const target = area.current;
    if (target === null || target.value === typed) return;
    target.value = typed;
    target.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  useEffect(() => {
    let isGone = false;
    // A flag can have hundreds of values, and each code editor costs more than a text area.
    const isSeen = Promise.withResolvers<void>();
    const stop = whenSeen(area.current, isSeen.resolve);
    void isSeen.promise
      .then(() => import("./json-code.ts"))
      .then(({ mountJson, formatJson }) => {
        const [place, target] = [host.current, area.current];
        // Somebody who types already keeps the text area, with its caret and its place on the page.
        if (isGone || place === null || target === null || document.activeElement === target) return;
        code.current = mountJson(place, { text: target.value, label, isReadOnly, onInput: write });
        format.current = formatJson;
        setLoaded(true);
      })
      // Offline, or after an update of the console: the text area works without it.
      .catch(() => undefined);
    return () => {
      isGone = true;
      stop();
      code.current?.remove();
      code.current = undefined;
      setLoaded(false);
    };
  }, [label, isReadOnly]);
  // A later effect would put older text over what the person has typed since.
  useLayoutEffect(() => code.current?.setText(text), [text]);
  const tidy = (): void => {
    const tidied = format.current?.(text);
    if (tidied !== undefined) code.current?.setText(tidied);
  };
  return { host, code, isLoaded, tidy };
}
