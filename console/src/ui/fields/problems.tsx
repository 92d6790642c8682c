import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Problem } from "./problem.ts";

export const Problems = createContext<readonly Problem[]>([]);

/** Returns the attributes with which a control is found by its pointer, and marked invalid if it has a problem. */
export function useField(pointer: string, covers: Covers = "itself") {
  const isInvalid = problemsAt(useContext(Problems), pointer, covers).length > 0;
  const attributes = isInvalid ? ({ "aria-invalid": true, "aria-describedby": problemId(pointer) } as const) : {};
  return { "data-pointer": pointer, ...attributes };
}

/** Whether a field shows only its own problems, or those of the values below it too. */
export type Covers = "itself" | "below";

/** The problems of a field, shown under its control. */
export function ProblemText({
  pointer,
  covers = "itself",
}: {
  pointer: string;
  covers?: Covers | undefined;
}): JSX.Element | null {
  const found = problemsAt(useContext(Problems), pointer, covers);
  if (found.length === 0) return null;
  return (
    <span class="problem" id={problemId(pointer)}>
      {found.map(({ pointer: at, detail }) => (
        <span key={at + detail}>
          {placeText(at.slice(pointer.length))}
          {detail}
        </span>
      ))}
    </span>
  );
}

function problemsAt(problems: readonly Problem[], pointer: string, covers: Covers): Problem[] {
  return problems.filter(
    (problem) => problem.pointer === pointer || (covers === "below" && problem.pointer.startsWith(`${pointer}/`)),
  );
}

/** Returns `item 3: ` for `/2`, the third item of a list, and the pointer into a JSON value. */
function placeText(rest: string): string {
  if (rest === "") return "";
  const index = /^\/(\d+)(?:\/\d+)?$/.exec(rest)?.[1];
  return index === undefined ? `${rest} ` : `item ${Number(index) + 1}: `;
}

function problemId(pointer: string): string {
  return `problem${encodeURIComponent(pointer)}`;
}
