import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { AuditPage as Page } from "../../../../sdk/client/contract.ts";
import { differences } from "../../../../sdk/client/differences.ts";
import { isProtected } from "../../state/environments.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { useResource } from "../../state/resource.ts";
import { go, href, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { DifferenceList } from "../../ui/differences.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

type Change = Page["items"][number];

const ENTITIES = ["configuration", "flag", "segment", "key", "environment"] as const;
const PAGE = "50";

/** Who changed what, field by field; and back to any earlier version. */
export function AuditPage({ environment }: { environment: string }): JSX.Element {
  const { entity, key } = route.value.query;
  const older = useMemo(() => signal<Change[]>([]), [environment, entity, key]);
  const cursor = useMemo(() => signal<string | null>(null), [environment, entity, key]);
  const load = async (from: string | undefined): Promise<Change[]> => {
    const query = { entity, key, limit: PAGE, cursor: from };
    const { answer } = await client.call("listAudit", { path: { env: environment }, query });
    cursor.value = answer.nextCursor;
    return answer.items;
  };
  const newest = useResource(() => load(undefined), [environment, entity, key]);
  const filter = (query: Record<string, string | undefined>): void => go(["audit"], { entity, key, ...query });
  const restore = async (change: Change, image: "before" | "after"): Promise<void> => {
    if (!(await restoreFrom(environment, change, image))) return;
    older.value = [];
    await newest.reload();
  };
  return (
    <>
      <header class="page">
        <h1>Audit</h1>
      </header>
      <search class="filters">
        <input
          type="search"
          aria-label="Key of a flag, segment or SDK key"
          placeholder="Key"
          value={key ?? ""}
          onChange={(event) => filter({ key: event.currentTarget.value.trim() })}
        />
        <select
          aria-label="Of"
          value={entity ?? ""}
          onChange={(event) => filter({ entity: event.currentTarget.value })}
        >
          <option value="">Everything</option>
          {ENTITIES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </search>
      <Loaded of={newest}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="Nothing has changed" />
          ) : (
            <>
              <ol class="changes">
                {[...items, ...older.value].map((change) => (
                  <ChangeItem key={change.id} change={change} onRestore={(image) => void restore(change, image)} />
                ))}
              </ol>
              {cursor.value !== null && (
                <button
                  type="button"
                  onClick={() =>
                    void load(cursor.value ?? undefined).then(
                      (more) => (older.value = [...older.value, ...more]),
                      (error: unknown) => notifyFailure("Older changes could not be read", error),
                    )
                  }
                >
                  Older changes
                </button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function ChangeItem({
  change,
  onRestore,
}: {
  change: Change;
  onRestore: (image: "before" | "after") => void;
}): JSX.Element {
  const { at, actor, action, entity, version, before, after } = change;
  const isRestorable = !isReadOnly.value && (entity === "configuration" || entity === "flag" || entity === "segment");
  return (
    <li class="card">
      <header>
        <strong>
          {action} {entity === "flag" ? "definition" : entity} <Subject change={change} />
        </strong>
        <span class="hint">
          <Time at={at} /> · {actor}
          {version !== null && ` · version ${version}`}
        </span>
      </header>
      {before !== null && after !== null && <DifferenceList differences={differences(before, after)} />}
      {(before === null || after === null) && (
        <details>
          <summary>{before === null ? "As it was made" : "As it was"}</summary>
          <pre class="image">{JSON.stringify(after ?? before, null, 2)}</pre>
        </details>
      )}
      {isRestorable && (
        <footer class="actions">
          {before !== null && (
            <button type="button" onClick={() => onRestore("before")}>
              Undo this change
            </button>
          )}
          {after !== null && (
            <button type="button" onClick={() => onRestore("after")}>
              Back to this version
            </button>
          )}
        </footer>
      )}
    </li>
  );
}

/** What was changed, with the way to it where it has a page. */
function Subject({ change: { entity, key, action } }: { change: Change }): JSX.Element {
  const page =
    entity === "segment" ? "segments" : entity === "flag" || entity === "configuration" ? "flags" : undefined;
  if (page === undefined || action === "delete") return <>{key}</>;
  return <a href={href([page, key])}>{key}</a>;
}

async function restoreFrom(environment: string, change: Change, image: "before" | "after"): Promise<boolean> {
  const { id, key, entity, at } = change;
  const isSure = await confirm({
    title: image === "before" ? `Undo this change of ${key}?` : `Take ${key} back to this version?`,
    detail: `Its ${entity === "flag" ? "definition" : entity} becomes what it was ${image} ${new Date(at).toLocaleString()}, as a new version. Later changes of it are gone from what is served, not from the audit.`,
    action: "Restore",
    // A definition is every environment's.
    typed: isProtected(environment) || entity === "flag" ? key : undefined,
  });
  if (!isSure) return false;
  try {
    const path = { env: environment, id: String(id) };
    const { answer } = await client.call("restoreFromAudit", { path, body: { image } });
    const version = answer.environments[environment]?.version;
    notify(version === undefined ? `${key} was that already` : `${key}: version ${version}`);
    return true;
  } catch (error) {
    notifyFailure(`${key} was not restored`, error);
    return false;
  }
}
