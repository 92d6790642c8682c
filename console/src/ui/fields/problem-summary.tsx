import type { JSX } from "preact";
import { pointerText } from "../../../../sdk/words/place.ts";
import { enclosingPointers } from "../../state/flags/pointers.ts";
import type { Problem } from "./problem.ts";

/** The problems that keep a draft from its review, each with a way to its field. Screen readers announce them. */
export function ProblemSummary({
  problems,
  isNew = false,
  onFocusField,
}: {
  problems: readonly Problem[];
  isNew?: boolean;
  /** Shows the field at a pointer and focuses it. */
  onFocusField: (pointer: string) => void;
}): JSX.Element | null {
  const { length } = problems;
  if (length === 0) return null;
  return (
    <div role="alert">
      <strong>
        {isNew ? "Not created." : "Not saved."} Fix {length === 1 ? "this problem" : `these ${length} problems`}:
      </strong>
      <ul class="refused">
        {problems.map(({ pointer, place = pointerText(pointer), detail }) => (
          <li key={pointer + detail}>
            {enclosingPointers(pointer).length === 0 ? (
              place
            ) : (
              <button type="button" class="link" onClick={() => onFocusField(pointer)}>
                {place}
              </button>
            )}{" "}
            {detail}
          </li>
        ))}
      </ul>
    </div>
  );
}
