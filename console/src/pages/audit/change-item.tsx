import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { changeText, documentChanges } from "../../../../sdk/words/changes.ts";
import { firstText } from "../../../../sdk/words/names.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { clockText, instantText, wordingOf } from "../../state/wording.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { Changes } from "../../ui/words/differences.tsx";
import { type Change, ENTITIES, type Image, versionsText } from "./change.ts";

const ACTIONS = {
  create: { verb: "Created", icon: icons.add },
  update: { verb: "Changed", icon: icons.edit },
  delete: { verb: "Deleted", icon: icons.remove },
} as const;

interface ChangeItemProps {
  change: Change;
  environment: string;
  /** Whether the item says who made the change and why. In a write, the write says it. */
  isAlone: boolean;
  onRestore: (image: Image) => void;
}

/** One change in a line that opens to its fields, and the buttons that restore a state. */
export function ChangeItem({ change, environment, isAlone, onRestore }: ChangeItemProps): JSX.Element {
  const { action, entity, before, after, at } = change;
  const { verb, icon } = ACTIONS[action];
  const [isOpen, setOpen] = useState(false);
  const isRestorable = !isReadOnly.value && (entity === "configuration" || entity === "flag" || entity === "segment");
  return (
    <li>
      {isAlone && <At at={at} />}
      <div>
        <p>
          <button
            type="button"
            class={`quiet small verb ${action}`}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon of={icon} /> {verb}
          </button>{" "}
          {ENTITIES[entity].noun} <Subject change={change} />
          <span class="what">{summaryOf(change)}</span>
          {isAlone && <Author of={change} environment={environment} />}
          {isAlone && <Note of={change} />}
        </p>
        {isOpen && <Changes before={before ?? undefined} after={after ?? {}} at={Date.parse(at)} />}
      </div>
      {isRestorable && (
        <span class="row-actions on-hover">
          {before !== null && (
            <RestoreButton
              label="Restore the state before this"
              icon={icons.undo}
              onClick={() => onRestore("before")}
            />
          )}
          {after !== null && (
            <RestoreButton label="Restore this version" icon={icons.history} onClick={() => onRestore("after")} />
          )}
        </span>
      )}
    </li>
  );
}

function RestoreButton({
  label,
  icon,
  onClick,
}: {
  label: string;
  icon: typeof icons.undo;
  onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" class="quiet icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon of={icon} />
    </button>
  );
}

/** Returns the first changed field in words, and the number of the others. */
function summaryOf({ key, before, after }: Change): string {
  if (before === null || after === null) return "";
  const first = firstText(documentChanges(before, after, wordingOf(key)).map(changeText));
  return first === undefined ? "" : `: ${first}`;
}

/** The time of the day at which something was written. */
export function At({ at }: { at: string }): JSX.Element {
  return (
    <time dateTime={at} title={instantText(at)}>
      {clockText(at)}
    </time>
  );
}

type Authored = Pick<Change, "actor" | "actorName" | "note" | "versions">;

/** The author of a change or a write, and the versions that it made. The name of a token leads to the tokens. */
export function Author({
  of: { actor, actorName, versions },
  environment,
}: {
  of: Authored;
  environment: string;
}): JSX.Element {
  const made = versionsText(versions, environment);
  return (
    <span class="hint">
      {" · "}
      {actor.startsWith("key:") ? (
        <a href={href(["tokens"])} title={actor}>
          {actorName}
        </a>
      ) : (
        <span title={actor}>{actorName}</span>
      )}
      {made !== "" && ` · ${made}`}
    </span>
  );
}

export function Note({ of: { note } }: { of: Authored }): JSX.Element | null {
  return note === null ? null : (
    <span class="hint">
      {" · "}
      <q>{note}</q>
    </span>
  );
}

/** The key of the changed thing, as a link if it has a page. */
function Subject({ change: { entity, key, action } }: { change: Change }): JSX.Element {
  const page =
    entity === "segment" ? "segments" : entity === "flag" || entity === "configuration" ? "flags" : undefined;
  if (page === undefined || action === "delete") return <>{key}</>;
  return <a href={href([page, key])}>{key}</a>;
}
