import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { isReadOnly } from "../../state/session.ts";
import { reportInvalid } from "../fields/focus.ts";
import { fieldsWithInvalidText } from "../fields/invalid-text.ts";

/**
 * A title with a sentence whose controls are in place, or with all fields. The fields take the place of the sentence,
 * so that the page never has two controls for one value.
 */
export function SentenceOrFields({
  title,
  text,
  pointer,
  isOpenAtFirst = false,
  sentence,
  fields,
}: {
  title: JSX.Element;
  /** The sentence as text, for the time in which it has no controls. */
  text: () => string;
  pointer: string;
  /** Whether the fields are shown first. Only the first value counts. */
  isOpenAtFirst?: boolean;
  /** `open` shows the fields. */
  sentence: (open: () => void) => JSX.Element;
  fields: () => JSX.Element;
}): JSX.Element {
  const [isOpen] = useState(isOpenAtFirst);
  const [hasFields, setFields] = useState(isOpenAtFirst);
  const box = useRef<HTMLDivElement>(null);
  const details = useRef<HTMLDetailsElement>(null);
  const isText = hasFields || isReadOnly.value;
  const open = (): void => {
    if (details.current === null) return;
    details.current.open = true;
    // The pressed control goes away with the sentence.
    details.current.querySelector("summary")?.focus();
  };
  return (
    <>
      <details
        ref={details}
        open={isOpen}
        data-pointer={pointer}
        onToggle={({ currentTarget }) => {
          // Closed fields stay while one of them has text that is not a value, because only they know the text.
          setFields(currentTarget.open || fieldsWithInvalidText(currentTarget).length > 0);
        }}
      >
        <summary
          onClick={(event) => {
            // Text in the sentence that is not a value would be lost with it.
            if (box.current !== null && reportInvalid(box.current)) event.preventDefault();
          }}
        >
          {title} {isText ? <span class="hint">{text()}</span> : <span class="edit-all">Edit all</span>}
        </summary>
        {hasFields && fields()}
      </details>
      {!isText && <div ref={box}>{sentence(open)}</div>}
    </>
  );
}
