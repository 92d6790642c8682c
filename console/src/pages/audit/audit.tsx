import type { JSX } from "preact";
import { href, route } from "../../state/route.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { byDay } from "../../ui/words/days.ts";
import { useUndone } from "../../state/undone.ts";
import type { Change, Image } from "./change.ts";
import { AuditFilters } from "./filters.tsx";
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
      <AuditFilters given={route.value.query} />
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
