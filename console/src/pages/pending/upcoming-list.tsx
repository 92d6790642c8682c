import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { timeText } from "../../../../sdk/words/time.ts";
import { environments } from "../../state/environments.ts";
import { readUpcoming } from "../../state/pending/read-upcoming.ts";
import { byDay, type Upcoming } from "../../state/pending/upcoming.ts";
import { useResource } from "../../state/resource.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { clockText, LOCAL_ZONE } from "../../state/wording.ts";
import { Empty, Loaded } from "../../ui/states.tsx";

/** How often the shares of ramps, and the time, are computed again. */
const TICK_MS = 15_000;
const IS_UTC = LOCAL_ZONE === "UTC";

/** Everything that will happen in this environment or in all of them, by day. */
export function UpcomingList({ environment }: { environment: string }): JSX.Element {
  const { query } = route.value;
  const isAll = query["all"] === "true";
  const known = (environments.data.value ?? []).map(({ key }) => key);
  const keys = isAll ? known : [environment];
  const source = useResource(() => readUpcoming(keys), [keys.join(" ")]);
  const now = useNow();
  return (
    <>
      <div class="pending-choice">
        <label class="choice">
          <input
            type="checkbox"
            checked={isAll}
            onChange={({ currentTarget }) =>
              replaceQuery({ ...query, all: currentTarget.checked ? "true" : undefined })
            }
          />
          All environments
        </label>
        <p class="hint">
          Times are in {LOCAL_ZONE}
          {!IS_UTC && ", with UTC beside them"}. It is {timeText(now, LOCAL_ZONE)}.
        </p>
      </div>
      <Loaded of={source}>
        {({ upcoming, asleep, hidden }) => (
          <>
            <Days upcoming={upcoming(now)} where={isAll ? "any environment" : environment} />
            <footer class="stack pending-notes">
              {asleep > 0 && <p class="hint">{asleepText(asleep)}</p>}
              {hidden.length > 0 && <p class="hint">Your admin token may not list {hidden.join(" and ")}.</p>}
              <p class="hint">
                Override links are not here: the server signs them and does not store them, so it does not know which
                links exist. A link stops working at the time that was chosen when it was made.
              </p>
            </footer>
          </>
        )}
      </Loaded>
    </>
  );
}

function Days({ upcoming, where }: { upcoming: readonly Upcoming[]; where: string }): JSX.Element {
  if (upcoming.length === 0) {
    return (
      <Empty title={`Nothing is pending in ${where}`}>
        <p>Schedules, ramps, recurring windows, and expiries of flags, tokens and secrets appear here.</p>
      </Empty>
    );
  }
  return (
    <>
      {byDay(upcoming, LOCAL_ZONE).map(({ day, items }) => (
        <section key={day} class="card pending-day" aria-label={day}>
          <h2>{day}</h2>
          <ol>
            {items.map((one) => (
              <Item key={`${one.at} ${one.subject} ${one.environment} ${one.text}`} one={one} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Item({ one: { at, subject, path, environment, text } }: { one: Upcoming }): JSX.Element {
  return (
    <li>
      <time dateTime={new Date(at).toISOString()}>
        {clockText(at)}
        {!IS_UTC && <span class="hint">{timeText(at, "UTC")}</span>}
      </time>
      <p>
        <a href={href(path, environment === undefined ? {} : { environment })}>{subject}</a>
        {environment !== undefined && ` in ${environment}`}: {text}
      </p>
    </li>
  );
}

function asleepText(count: number): string {
  return count === 1
    ? "One flag that is off has a schedule, a ramp or a window. It changes nothing until the flag is on."
    : `${count} flags that are off have schedules, ramps or windows. They change nothing until the flags are on.`;
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
