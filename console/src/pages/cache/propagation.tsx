import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Propagation } from "../../../../sdk/client/contract.ts";
import { listText } from "../../../../sdk/words/names.ts";
import { useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import { type Bar, BarPlot } from "../../ui/plots/bar-plot.tsx";
import { Loaded } from "../../ui/states.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";

type Change = Propagation["items"][number];

const INTERVAL_MS = 10_000;

/** The time that the latest changes took to be confirmed. */
export function CachePropagation({ environment }: { environment: string }): JSX.Element {
  const propagation = useResource(
    async () => (await client.call("getPropagation", { path: { env: environment } })).body,
    [environment],
  );
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && void propagation.reload(), INTERVAL_MS);
    return () => clearInterval(timer);
  }, [propagation]);
  return (
    <section class="card" aria-labelledby="propagation">
      <h2 id="propagation">Propagation of recent changes</h2>
      <Loaded of={propagation}>{(found) => <Changes {...found} />}</Loaded>
    </section>
  );
}

function Changes({ now, items }: Propagation): JSX.Element {
  const oldestFirst = items.toReversed();
  const open = items.filter(({ confirmedAt }) => confirmedAt === null);
  const times = items.flatMap((change) => (change.confirmedAt === null ? [] : secondsOf(change, now)));
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return (
    <figure class="plot">
      <figcaption>
        <p>
          {items.length} changes: {items.length - open.length} confirmed
          {median !== undefined && ` (median ${secondsText(median)}, longest ${secondsText(sorted.at(-1) ?? 0)})`}
          {open.length > 0 && `, ${open.length} not confirmed yet`}.
        </p>
      </figcaption>
      <BarPlot bars={oldestFirst.map((change) => barOf(change, now))} room={50} format={secondsText} />
      <p class="hint">
        Each bar is the time from a change until the sweep confirmed that it was purged everywhere. Hollow bars are not
        confirmed yet. Changes usually become visible much earlier, because every write is published as soon as it is
        committed. Once a minute, the sweep publishes it again and then confirms it. If a change stays unconfirmed for
        minutes, its purge fails.
      </p>
      <details>
        <summary>Show as a table</summary>
        <div class="scroll" role="region" aria-label="Recent changes" tabIndex={0}>
          <table>
            <TableHead columns={["Version", "Purged flags", "Changed", "Confirmed after"]} />
            <tbody>
              {items.map((change) => (
                <tr key={change.version}>
                  <td>{change.version}</td>
                  <td>{flagsText(change.flags)}</td>
                  <td>
                    <Time at={change.changedAt} />
                  </td>
                  <td>{change.confirmedAt === null ? "not yet" : secondsText(secondsOf(change, now))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function barOf(change: Change, now: string): Bar {
  const isOpen = change.confirmedAt === null;
  const value = secondsOf(change, now);
  const title = `Version ${change.version}, ${flagsText(change.flags)}: ${isOpen ? "not confirmed after" : "confirmed after"} ${secondsText(value)}`;
  return { id: String(change.version), value, isOpen, title };
}

/** Returns the seconds until the change was confirmed, or until now. Both times come from the database's clock. */
function secondsOf({ changedAt, confirmedAt }: Change, now: string): number {
  return Math.max(0, (Date.parse(confirmedAt ?? now) - Date.parse(changedAt)) / 1000);
}

function secondsText(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function flagsText(flags: readonly string[] | null): string {
  if (flags === null) return "all flags";
  if (flags.length === 0) return "no flags";
  return listText(flags, "and", 3);
}
