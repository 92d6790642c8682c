import type { JSX } from "preact";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { href } from "../../../state/route.ts";
import { Empty, Loaded } from "../../../ui/states.tsx";
import { byDay } from "../../../ui/words/days.ts";
import type { Write } from "../../audit/change.ts";
import { useWrites } from "../../audit/use-writes.ts";
import { type Entry, HistoryEntry } from "./entry.tsx";
import { flagChangeOf } from "../../../state/flags/history/past-flag.ts";

/** The changes of this flag in words, by day, and the ways back from each. `onReview` opens the review of the draft. */
export function History({ editing, onReview }: { editing: Editing; onReview: () => void }): JSX.Element {
  const { environment } = editing;
  const { key = "", version } = editing.stored.value ?? {};
  // A save makes a new version, and with it a new write.
  const { newest, older, hasMore, loadOlder } = useWrites(environment, { key }, [version]);
  return (
    <section class="card" aria-labelledby="history">
      <header class="heading">
        <h2 id="history">History</h2>
        <a href={href(["audit"], { key })}>Audit log of {key}</a>
      </header>
      <Loaded of={newest}>
        {(items) => {
          const entries = [...items, ...older].flatMap(entryOf);
          return entries.length === 0 && !hasMore ? (
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
              {hasMore && (
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
