import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Propagation } from "../../../../sdk/client/contract.ts";
import { useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import { type Bar, BarPlot } from "../../ui/plots/bar-plot.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

type Change = Propagation["items"][number];

const AGAIN_MS = 10_000;

/** How long the last changes took to be confirmed. */
export function CachePropagation({ environment }: { environment: string }): JSX.Element {
  const propagation = useResource(
    async () => (await client.call("getPropagation", { path: { env: environment } })).answer,
    [environment],
  );
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && void propagation.reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [propagation]);
  return (
    <section class="card" aria-labelledby="propagation">
      <h2 id="propagation">Propagation of the last changes</h2>
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
          {median !== undefined &&
            `, the middle one after ${secondsText(median)}, the last after ${secondsText(sorted.at(-1) ?? 0)}`}
          {open.length > 0 && `; ${open.length} not confirmed yet`}.
        </p>
      </figcaption>
      <BarPlot bars={oldestFirst.map((change) => barOf(change, now))} room={50} format={secondsText} />
      <p class="hint">
        Bars are the time from a change until the sweep confirmed that it is purged everywhere; hollow ones still wait.
        It is an upper bound: every write is published as soon as it is committed, and the sweep, once a minute,
        publishes it again and then confirms. A change that waits for minutes is one whose purge fails.
      </p>
      <details>
        <summary>As a table</summary>
        <div class="scroll" role="region" aria-label="Last changes" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Made stale</th>
                <th scope="col">Changed</th>
                <th scope="col">Confirmed after</th>
              </tr>
            </thead>
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

/** Until it was confirmed; of one that is not, until now. All by the database's clock. */
function secondsOf({ changedAt, confirmedAt }: Change, now: string): number {
  return Math.max(0, (Date.parse(confirmedAt ?? now) - Date.parse(changedAt)) / 1000);
}

function secondsText(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function flagsText(flags: readonly string[] | null): string {
  if (flags === null) return "everything";
  if (flags.length === 0) return "no flag";
  return flags.length <= 3 ? flags.join(", ") : `${flags.slice(0, 2).join(", ")} and ${flags.length - 2} more`;
}
