import type { JSX } from "preact";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { Changes } from "../../ui/words/differences.tsx";
import { Time } from "../../ui/time.tsx";
import { type Change, ENTITIES, type Image, versionsText } from "./change.ts";

const ACTIONS: Record<Change["action"], string> = { create: "Created", update: "Changed", delete: "Deleted" };

interface ChangeItemProps {
  change: Change;
  environment: string;
  /** Whether the item says who made the change and why. In a write, the write says it. */
  isAlone: boolean;
  onRestore: (image: Image) => void;
}

/** One change: its fields, and the buttons that restore a state. */
export function ChangeItem({ change, environment, isAlone, onRestore }: ChangeItemProps): JSX.Element {
  const { action, entity, before, after, at } = change;
  const isRestorable = !isReadOnly.value && (entity === "configuration" || entity === "flag" || entity === "segment");
  return (
    <li class="card">
      <header>
        <strong>
          {ACTIONS[action]} {ENTITIES[entity].noun} <Subject change={change} />
        </strong>
        {isAlone && <Author of={change} environment={environment} />}
      </header>
      {isAlone && <Note of={change} />}
      {before !== null && after !== null && <Changes before={before} after={after} at={Date.parse(at)} />}
      {(before === null || after === null) && (
        <details>
          <summary>{before === null ? "Contents when created" : "Contents when deleted"}</summary>
          <Changes before={before ?? undefined} after={after ?? {}} at={Date.parse(at)} />
        </details>
      )}
      {isRestorable && (
        <footer class="actions">
          {before !== null && (
            <button type="button" onClick={() => onRestore("before")}>
              Restore the state before this
            </button>
          )}
          {after !== null && (
            <button type="button" onClick={() => onRestore("after")}>
              Restore this version
            </button>
          )}
        </footer>
      )}
    </li>
  );
}

type Authored = Pick<Change, "at" | "actor" | "actorName" | "note" | "versions">;

/** When and by whom a change or a write was made, and the versions that it made. */
export function Author({
  of: { at, actor, actorName, versions },
  environment,
}: {
  of: Authored;
  environment: string;
}): JSX.Element {
  const made = versionsText(versions, environment);
  return (
    <span class="hint">
      <Time at={at} /> · <span title={actor}>{actorName}</span>
      {made !== "" && ` · ${made}`}
    </span>
  );
}

export function Note({ of: { note } }: { of: Authored }): JSX.Element | null {
  return note === null ? null : <p class="note">{note}</p>;
}

/** The key of the changed thing, as a link if it has a page. */
function Subject({ change: { entity, key, action } }: { change: Change }): JSX.Element {
  const page =
    entity === "segment" ? "segments" : entity === "flag" || entity === "configuration" ? "flags" : undefined;
  if (page === undefined || action === "delete") return <>{key}</>;
  return <a href={href([page, key])}>{key}</a>;
}
