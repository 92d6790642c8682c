import type { ComponentChildren, JSX } from "preact";
import { ProblemText, useField } from "../fields/problems.tsx";
import { useOpenPart } from "./use-open-part.ts";

/** A part of a sentence: a button that becomes its editor in the same place. */
export function Part({
  name,
  value,
  pointer,
  isMissing = false,
  isList = false,
  before,
  editor,
  onAbandon,
  children,
}: {
  /** Says which part it is, for screen readers: `Rule 1, country, values`. */
  name: string;
  /** The value in words, for screen readers. It contains the visible text. */
  value: string;
  pointer: string;
  /** Whether the sentence is incomplete without this part, which then is open. */
  isMissing?: boolean;
  /** Whether the editor is a list to choose from. */
  isList?: boolean;
  /** Controls that stand before the button while the part is closed. */
  before?: ComponentChildren;
  editor: ComponentChildren;
  /** Called by Escape in place of closing the part. */
  onAbandon?: (() => void) | undefined;
  /** The visible text. */
  children: ComponentChildren;
}): JSX.Element {
  const field = useField(pointer, "below");
  const part = useOpenPart({ isOpenAtFirst: isMissing, hasProblem: "aria-invalid" in field, onAbandon });
  return (
    <span ref={part.place} class="part-place">
      {part.isOpen ? (
        <span class="part-editor" role="group" aria-label={name} onKeyDown={part.onKeyDown}>
          {editor}
        </span>
      ) : (
        <>
          {before}
          <button
            {...field}
            type="button"
            class={isList ? "part list" : "part"}
            aria-label={`${name}: ${value}`}
            onClick={part.open}
          >
            {children}
          </button>
          <ProblemText pointer={pointer} covers="below" />
        </>
      )}
    </span>
  );
}

/** Words between the parts of a sentence. A joint is one that gives the sentence its structure: `IF`, `THEN`. */
export function Word({ isJoint = false, children }: { isJoint?: boolean; children: ComponentChildren }): JSX.Element {
  return <span class={isJoint ? "word joint" : "word"}>{children}</span>;
}
