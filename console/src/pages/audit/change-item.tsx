import type { JSX } from "preact";
import { differences } from "../../../../sdk/client/differences.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { shortJson } from "../../../../src/flags/hashes/short-json.ts";
import { DifferenceList } from "../../ui/differences.tsx";
import { Time } from "../../ui/time.tsx";
import { type Change, ENTITIES, type Image } from "./change.ts";

const ACTIONS: Record<Change["action"], string> = { create: "Created", update: "Changed", delete: "Deleted" };

/** One change: its author, its fields, and the buttons that restore a state. */
export function ChangeItem({ change, onRestore }: { change: Change; onRestore: (image: Image) => void }): JSX.Element {
  const { at, actor, action, entity, version, before, after } = change;
  const isRestorable = !isReadOnly.value && (entity === "configuration" || entity === "flag" || entity === "segment");
  return (
    <li class="card">
      <header>
        <strong>
          {ACTIONS[action]} {ENTITIES[entity].noun} <Subject change={change} />
        </strong>
        <span class="hint">
          <Time at={at} /> · {actor}
          {version !== null && ` · version ${version}`}
        </span>
      </header>
      {before !== null && after !== null && <DifferenceList differences={differences(before, after)} />}
      {(before === null || after === null) && (
        <details>
          <summary>{before === null ? "Contents when created" : "Contents when deleted"}</summary>
          <pre class="image">{shortJson(after ?? before, "", 2)}</pre>
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

/** The key of the changed thing, as a link if it has a page. */
function Subject({ change: { entity, key, action } }: { change: Change }): JSX.Element {
  const page =
    entity === "segment" ? "segments" : entity === "flag" || entity === "configuration" ? "flags" : undefined;
  if (page === undefined || action === "delete") return <>{key}</>;
  return <a href={href([page, key])}>{key}</a>;
}
