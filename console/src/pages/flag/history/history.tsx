import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { notifyFailure } from "../../../state/notices.ts";
import { useResource } from "../../../state/resource.ts";
import { href } from "../../../state/route.ts";
import { client } from "../../../state/session.ts";
import { Empty, Loaded } from "../../../ui/states.tsx";
import { byDay } from "../../../ui/words/days.ts";
import type { Write } from "../../audit/change.ts";
import { type Entry, HistoryEntry } from "./entry.tsx";
import { flagChangeOf } from "../../../state/flags/history/past-flag.ts";

const PAGE = "50";

/** The changes of this flag in words, by day, and the ways back from each. `onReview` opens the review of the draft. */
export function History({ editing, onReview }: { editing: Editing; onReview: () => void }): JSX.Element {
  const { environment } = editing;
  const { key = "", version } = editing.stored.value ?? {};
  const older = useMemo(() => signal<Entry[]>([]), [key, version]);
  const cursor = useMemo(() => signal<string | null>(null), [key, version]);
  const load = async (from: string | undefined): Promise<Entry[]> => {
    const query = { key, limit: PAGE, cursor: from };
    const { body } = await client.call("listWrites", { path: { env: environment }, query });
    cursor.value = body.nextCursor;
    return body.items.flatMap(entryOf);
  };
  const newest = useResource(() => load(undefined), [environment, key, version]);
  const loadOlder = async (): Promise<void> => {
    try {
      older.value = [...older.value, ...(await load(cursor.value ?? undefined))];
    } catch (error) {
      notifyFailure("Could not load older changes", error);
    }
  };
  return (
    <section class="card" aria-labelledby="history">
      <header class="heading">
        <h2 id="history">History</h2>
        <a href={href(["audit"], { key })}>Audit log of {key}</a>
      </header>
      <Loaded of={newest}>
        {(items) => {
          const entries = [...items, ...older.value];
          return entries.length === 0 && cursor.value === null ? (
            <Empty title="No changes are recorded" />
          ) : (
            <>
              {byDay(entries).map(([day, of]) => (
                <section key={day} class="day" aria-label={day}>
                  <h3>{day}</h3>
                  <ol class="history">
                    {of.map((entry) => (
                      <HistoryEntry key={entry.write} entry={entry} editing={editing} onReview={onReview} />
                    ))}
                  </ol>
                </section>
              ))}
              {cursor.value !== null && (
                <button type="button" onClick={() => void loadOlder()}>
                  Load older changes
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Other things can have the key of a flag, such as segments. Their changes are left out. */
function entryOf({ write, at, actor, actorName, note, versions, changes }: Write): Entry[] {
  const change = flagChangeOf(changes);
  return change === undefined ? [] : [{ write, at, actor, actorName, note, versions, change }];
}
