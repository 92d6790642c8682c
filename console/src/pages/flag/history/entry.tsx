import type { JSX } from "preact";
import type { Configuration, Flag } from "../../../../../sdk/client/contract.ts";
import { changeText, flagChanges } from "../../../../../sdk/words/changes.ts";
import { firstText } from "../../../../../sdk/words/names.ts";
import { placeText } from "../../../../../sdk/words/place.ts";
import { servedText } from "../../../../../sdk/words/served.ts";
import { draftOf } from "../../../state/flags/flag-draft.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { type FlagChange, isSameFlag, restored, undo } from "../../../state/flags/history/past-flag.ts";
import { notify } from "../../../state/notices.ts";
import { href } from "../../../state/route.ts";
import { isReadOnly } from "../../../state/session.ts";
import { clockText, instantText, wordingOf } from "../../../state/wording.ts";
import { confirm } from "../../../ui/confirm.tsx";
import { Changes } from "../../../ui/words/differences.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { Menu, type MenuItem } from "../../../ui/kit/menu.tsx";
import type { Write } from "../../audit/change.ts";

/** One write to the flag. */
export interface Entry extends Pick<Write, "write" | "at" | "actor" | "actorName" | "note" | "versions"> {
  change: FlagChange;
}

interface Props {
  entry: Entry;
  editing: Editing;
  onReview: () => void;
}

/** One write in a line: the time, the change in words, who made it and why. It opens to the details. */
export function HistoryEntry({ entry, editing, onReview }: Props): JSX.Element {
  const { at, actor, actorName, note, versions, change } = entry;
  const version = versions[editing.environment];
  const time = clockText(at);
  return (
    <li>
      <time dateTime={at} title={instantText(at)}>
        {time}
      </time>
      <details>
        <summary>
          <span class="what">{summaryOf(entry, editing)}</span>
          <span class="hint">
            <span title={actor}>{actorName}</span>
            {version !== undefined && ` · version ${version}`}
            {note !== null && (
              <>
                {" · "}
                <q>{note}</q>
              </>
            )}
          </span>
        </summary>
        <Changes before={change.before} after={change.after ?? {}} at={Date.parse(at)} />
      </details>
      <Menu label={`Actions for the change at ${time}`} items={actionsOf({ entry, editing, onReview })} />
    </li>
  );
}

function summaryOf({ at, change: { before, after } }: Entry, editing: Editing): string {
  const wording = wordingOf(editing.stored.peek()?.key);
  if (before === undefined) {
    const { now } = servedText(after as unknown as Configuration, Date.parse(at), wording);
    return "default" in (after ?? {}) ? `Created. Serves: ${now}` : "Created";
  }
  if (after === undefined) return "Deleted";
  return firstText(flagChanges(before, after, wording).map(changeText)) ?? "Changed";
}

function actionsOf({ entry, editing, onReview }: Props): MenuItem[] {
  const { change, at, versions } = entry;
  const stored = editing.stored.value;
  const version = versions[editing.environment];
  const replay: MenuItem = {
    label: "Replay in Try it",
    icon: icons.tryIt,
    hint: "Evaluate the flag as it was after this change",
    does: href(["try", stored?.key ?? ""], version === undefined ? { at } : { version: String(version) }),
  };
  if (stored === undefined || isReadOnly.value) return [replay];
  const hasDraft = editing.changes.value.length > 0;
  const lacks = hasDraft ? "Save or discard your changes first" : undefined;
  const undoing: MenuItem = {
    label: "Undo this change",
    icon: icons.undo,
    hint: lacks ?? "Later changes stay",
    isDisabled: hasDraft,
    does: () => void undoChange({ entry, editing, onReview }),
  };
  const restoring: MenuItem = {
    label: change.after === undefined ? "Restore the state before this" : "Restore this version",
    icon: icons.history,
    hint: lacks ?? "Later changes no longer apply",
    isDisabled: hasDraft,
    does: () => reviewInstead({ editing, onReview }, restored(stored, change)),
  };
  // The way to undo a creation is to delete the flag, and nothing of a deletion is left to undo.
  const isChange = change.before !== undefined && change.after !== undefined;
  return isChange ? [undoing, restoring, replay] : [restoring, replay];
}

/** Puts the flag without this change into the draft, and opens its review. */
async function undoChange({ entry, editing, onReview }: Props): Promise<void> {
  const stored = editing.stored.peek();
  if (stored === undefined) return;
  const { flag, conflicts } = undo(stored, entry.change);
  const places = conflicts.map(fieldText).join("; ");
  if (isSameFlag(stored, flag)) {
    notify(
      conflicts.length === 0
        ? "This change is already undone"
        : `Nothing to undo, because later changes replaced it: ${places}`,
    );
    return;
  }
  const detail = `These fields changed again later, and stay as they are now: ${places}.`;
  if (conflicts.length > 0 && !(await confirm({ title: "Undo the rest of this change?", detail, action: "Review" })))
    return;
  reviewInstead({ editing, onReview }, flag);
}

/** The form of a flag names its default after the people who get it. */
function fieldText(pointer: string): string {
  return pointer === "/default" ? "everyone else" : placeText(pointer);
}

function reviewInstead({ editing, onReview }: Omit<Props, "entry">, flag: Flag): void {
  const stored = editing.stored.peek();
  if (stored === undefined || isSameFlag(stored, flag)) {
    notify("The flag is already in this state");
    return;
  }
  editing.change(draftOf(flag, editing.draft.peek()));
  onReview();
}
