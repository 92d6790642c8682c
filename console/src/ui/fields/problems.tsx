import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Problem } from "./problem.ts";

export const Problems = createContext<readonly Problem[]>([]);

/** Attributes for a control: how a problem's pointer finds it, whether it is wrong, and what says so. */
export function useField(pointer: string, covers: Covers = "itself") {
  const isWrong = problemsAt(useContext(Problems), pointer, covers).length > 0;
  const attributes = isWrong ? ({ "aria-invalid": true, "aria-describedby": problemId(pointer) } as const) : {};
  return { "data-pointer": pointer, ...attributes };
}

/** Whether the field shows problems of what is inside it too. */
export type Covers = "itself" | "below";

/** What is wrong with the field, under its control. */
export function ProblemText({ pointer, covers = "itself" }: { pointer: string; covers?: Covers }): JSX.Element | null {
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

/** `/2` in a list is its third item. */
function placeText(rest: string): string {
  const index = /^\/(\d+)/.exec(rest)?.[1];
  return index === undefined ? "" : `number ${Number(index) + 1}: `;
}

function problemId(pointer: string): string {
  return `problem${encodeURIComponent(pointer)}`;
}
