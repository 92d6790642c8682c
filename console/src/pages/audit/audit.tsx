import type { JSX } from "preact";
import { go, href, route } from "../../state/route.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { instantOfLocal, localControlText } from "../../ui/fields/local-instant.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { byDay } from "../../ui/words/days.ts";
import { useUndone } from "../../state/undone.ts";
import { type Change, ENTITIES, type Image } from "./change.ts";
import { restoreFrom } from "./restore.ts";
import { useWrites } from "./use-writes.ts";
import { WriteItem } from "./write-item.tsx";

/** The audit log: the changes of each write by field, who made them and why, and the way back to earlier versions. */
export function AuditPage({ environment }: { environment: string }): JSX.Element {
  const { entity, key, actor, text, since, until } = route.value.query;
  const given = { entity, key, actor, text, since, until };
  const { newest, older, hasMore, loadOlder, reload } = useWrites(environment, given);
  useUndone(() => void reload());
  const restore = async (change: Change, image: Image): Promise<void> => {
    if (await restoreFrom(environment, change, image)) await reload();
  };
  return (
    <>
      <header class="page">
        <h1>Audit log</h1>
      </header>
      <Filters given={route.value.query} />
      <Loaded of={newest}>
        {(items) =>
          items.length + older.length === 0 && !hasMore ? (
            <NoChanges isFiltered={Object.values(given).some((filter) => filter !== undefined)} />
          ) : (
            <>
              {byDay([...items, ...older]).map(([day, writes]) => (
                <section key={day} class="card day" aria-label={day}>
                  <h2>{day}</h2>
                  <ol class="history">
                    {writes.map((write) => (
                      <WriteItem
                        key={write.write}
                        write={write}
                        environment={environment}
                        filters={given}
                        onRestore={(change, image) => void restore(change, image)}
                      />
                    ))}
                  </ol>
                </section>
              ))}
              {hasMore && (
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
  const { entity, key, actor, text, since, until } = given;
  const filter = (query: Record<string, string | undefined>): void =>
    go(["audit"], { entity, key, actor, text, since, until, ...query });
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Text in the key, the note or the author"
        placeholder="Part of a key, a note or an author"
        value={text ?? ""}
        onChange={(event) => filter({ text: event.currentTarget.value.trim() })}
      />
      {key !== undefined && (
        <button type="button" class="small" onClick={() => filter({ key: undefined })}>
          Only {key} <Icon of={icons.close} /> <span class="visually-hidden">Show all keys</span>
        </button>
      )}
      <input
        type="search"
        aria-label="Author"
        placeholder="Name or id of an admin token"
        value={actor ?? ""}
        onChange={(event) => filter({ actor: event.currentTarget.value.trim() })}
      />
      <TimeFilter label={`Since (${LOCAL_ZONE})`} value={since} onChange={(instant) => filter({ since: instant })} />
      <TimeFilter label={`Until (${LOCAL_ZONE})`} value={until} onChange={(instant) => filter({ until: instant })} />
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
      value={localControlText(value)}
      onChange={(event) => onChange(instantOfLocal(event.currentTarget.value))}
    />
  );
}

function NoChanges({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  if (!isFiltered) return <Empty title="No changes yet" />;
  return (
    <Empty title="Nothing matches">
      <p>The search finds parts of keys, notes and authors. The author’s own filter must match a name exactly.</p>
      <a class="button" href={href(["audit"])}>
        Show all changes
      </a>
    </Empty>
  );
}
