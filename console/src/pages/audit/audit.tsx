import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { isProtected } from "../../state/environments.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { useResource } from "../../state/resource.ts";
import { go, route } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { controlText, instantOf } from "../../ui/fields/instant.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { ChangeItem } from "./change-item.tsx";
import { type Change, ENTITIES, type Image, subjectText } from "./change.ts";

const PAGE = "50";

/** The audit log: each change by field, with its author, and the way back to any earlier version. */
export function AuditPage({ environment }: { environment: string }): JSX.Element {
  const { entity, key, actor, since, until } = route.value.query;
  const filters = [environment, entity, key, actor, since, until];
  const older = useMemo(() => signal<Change[]>([]), filters);
  const cursor = useMemo(() => signal<string | null>(null), filters);
  const load = async (from: string | undefined): Promise<Change[]> => {
    const query = { entity, key, actor, since, until, limit: PAGE, cursor: from };
    const { body } = await client.call("listAudit", { path: { env: environment }, query });
    cursor.value = body.nextCursor;
    return body.items;
  };
  const newest = useResource(() => load(undefined), filters);
  const restore = async (change: Change, image: Image): Promise<void> => {
    if (!(await restoreFrom(environment, change, image))) return;
    older.value = [];
    await newest.reload();
  };
  const loadOlder = async (): Promise<void> => {
    try {
      older.value = [...older.value, ...(await load(cursor.value ?? undefined))];
    } catch (error) {
      notifyFailure("Could not load older changes", error);
    }
  };
  return (
    <>
      <header class="page">
        <h1>Audit log</h1>
      </header>
      <Filters given={route.value.query} />
      <Loaded of={newest}>
        {(items) =>
          items.length === 0 ? (
            <NoChanges isFiltered={[entity, key, actor, since, until].some((filter) => filter !== undefined)} />
          ) : (
            <>
              <ol class="changes">
                {[...items, ...older.value].map((change) => (
                  <ChangeItem key={change.id} change={change} onRestore={(image) => void restore(change, image)} />
                ))}
              </ol>
              {cursor.value !== null && (
                <button type="button" onClick={() => void loadOlder()}>
                  Load older changes
                </button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Filters({ given }: { given: Record<string, string | undefined> }): JSX.Element {
  const { entity, key, actor, since, until } = given;
  const filter = (query: Record<string, string | undefined>): void =>
    go(["audit"], { entity, key, actor, since, until, ...query });
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Key of a flag, segment or SDK key"
        placeholder="Exact key of a flag, segment or SDK key"
        value={key ?? ""}
        onChange={(event) => filter({ key: event.currentTarget.value.trim() })}
      />
      <input
        type="search"
        aria-label="Author"
        placeholder="Exact author, such as key:…"
        value={actor ?? ""}
        onChange={(event) => filter({ actor: event.currentTarget.value.trim() })}
      />
      <TimeFilter label="Since (UTC)" value={since} onChange={(instant) => filter({ since: instant })} />
      <TimeFilter label="Until (UTC)" value={until} onChange={(instant) => filter({ until: instant })} />
      <select
        aria-label="Type"
        value={entity ?? ""}
        onChange={(event) => filter({ entity: event.currentTarget.value })}
      >
        <option value="">All types</option>
        {Object.entries(ENTITIES).map(([name, { plural }]) => (
          <option key={name} value={name}>
            {plural}
          </option>
        ))}
      </select>
    </search>
  );
}

interface TimeFilterProps {
  label: string;
  value: string | undefined;
  onChange: (instant: string | undefined) => void;
}

function TimeFilter({ label, value, onChange }: TimeFilterProps): JSX.Element {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      title={label}
      value={controlText(value)}
      onChange={(event) => onChange(instantOf(event.currentTarget.value))}
    />
  );
}

function NoChanges({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  if (!isFiltered) return <Empty title="No changes yet" />;
  return (
    <Empty title="No changes match">
      <p>The key must match exactly.</p>
    </Empty>
  );
}

async function restoreFrom(environment: string, change: Change, image: Image): Promise<boolean> {
  const { id, key, entity, at } = change;
  const subject = subjectText(change);
  const isConfirmed = await confirm({
    title: image === "before" ? `Restore the ${subject} as it was before this change?` : `Restore this ${subject}?`,
    detail: `This saves the state ${image} ${new Date(at).toLocaleString()} as a new version. Later changes no longer apply, but they stay in the audit log.`,
    action: "Restore",
    // A definition belongs to every environment.
    typed: isProtected(environment) || entity === "flag" ? key : undefined,
  });
  if (!isConfirmed) return false;
  try {
    const path = { env: environment, id: String(id) };
    const { body } = await client.call("restoreFromAudit", { path, body: { image } });
    const restored = Object.entries(body.environments).map(([name, { version }]) => `${name} version ${version}`);
    notify(restored.length === 0 ? `${key} is already in this state` : `${key} restored (${restored.join(", ")})`);
    return true;
  } catch (error) {
    notifyFailure(`Could not restore ${key}`, error);
    return false;
  }
}
