import type { ComponentChildren, JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { isReadOnly } from "../../state/session.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { type TabId, tabOfPointer } from "./tabs.ts";

/** The fields of one tab. Enter in a field asks for the review. */
export function Fields({
  editing,
  tab,
  onSubmit,
  children,
}: {
  editing: Editing;
  /** The tab, or `undefined` if the page has no tabs. */
  tab?: TabId;
  onSubmit: () => void;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <form
      noValidate
      data-tab={tab}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <fieldset key={editing.discarded.value} class="sections" disabled={isReadOnly.value}>
        {children}
      </fieldset>
      {/* Browsers submit a form with several fields at Enter only if it has a submit button. */}
      <button type="submit" hidden tabIndex={-1} />
    </form>
  );
}

/** Returns the mark of a tab that has a problem or an unsaved change. `invalid` are the tabs with invalid text. */
export function tabMark(
  editing: Editing,
  problems: readonly Problem[],
  tab: TabId,
  invalid: readonly (string | undefined)[],
) {
  const isHere = ({ pointer }: { pointer: string }): boolean => tabOfPointer(pointer) === tab;
  if (invalid.includes(tab) || problems.some(isHere)) return mark("problem", "has a problem");
  return editing.changes.value.some(isHere) ? mark("change", "has unsaved changes") : undefined;
}

function mark(kind: "problem" | "change", text: string): JSX.Element {
  return (
    <span class={`tab-${kind}`} title={text}>
      <span aria-hidden="true">{kind === "problem" ? "!" : "●"}</span>
      <span class="visually-hidden">{text}</span>
    </span>
  );
}
