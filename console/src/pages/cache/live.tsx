import type { JSX } from "preact";
import type { CacheStatistics } from "../../../../sdk/client/contract.ts";
import { headsSeen, hitRates, roundTripRates, type Sample } from "../../state/cache/cache-samples.ts";
import type { CacheWatch } from "../../state/cache/cache-watch.ts";
import { LinePlot } from "../../ui/plots/line-plot.tsx";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";

/** The shortest span of the x axis (milliseconds). */
const SPAN_MS = 120_000;

/** The statistics of one isolate, every two seconds. */
export function CacheLive({ watch: { samples, problem } }: { watch: CacheWatch }): JSX.Element {
  const [latest] = samples.value.values();
  const last = latest?.at(-1);
  return (
    <>
      <Failure text={problem.value && `${problem.value}. Retrying every two seconds.`} />
      {latest === undefined || last === undefined ? (
        problem.value === undefined && <Skeleton />
      ) : (
        <>
          <Now statistics={last.statistics} />
          <OverTime samples={latest} />
          <Heads watch={samples.value} />
        </>
      )}
    </>
  );
}

function Now({ statistics }: { statistics: CacheStatistics }): JSX.Element {
  const { tiers, breakers, head, outbox, isolate, dataCentre } = statistics;
  const { l2 } = tiers;
  return (
    <section class="card" aria-labelledby="now">
      <h2 id="now">Current state</h2>
      <dl class="figures">
        <Figure name="Memory (L1)" value={flagsText(tiers.l1.size)} note={bytesText(tiers.l1.bytes)} />
        {l2 === null ? (
          <Figure name="Redis (L2)" value="Not used" note="this deployment has no Redis" />
        ) : "error" in l2 ? (
          <Figure name="Redis (L2)" value="Unreachable" note={l2.error} isBad />
        ) : (
          <Figure name="Redis (L2)" value={flagsText(l2.size)} note={bytesText(l2.bytes)} />
        )}
        <Figure
          name="Head version"
          value={String(head.l1)}
          note={head.l2 === null ? "not in Redis" : head.l2 === head.l1 ? "the same in Redis" : `${head.l2} in Redis`}
        />
        <Figure
          name="Outbox"
          value={outbox.pending === null ? "Unknown" : String(outbox.pending)}
          note="changes not yet confirmed by the sweep"
          isBad={outbox.pending === null}
        />
        <Figure name="Redis circuit breaker" value={breakers.redis ?? "none"} isBad={isTripped(breakers.redis)} />
        <Figure name="Postgres circuit breaker" value={breakers.store} isBad={isTripped(breakers.store)} />
      </dl>
      <p class="hint">
        These figures and the plots describe one isolate, <code>{isolate}</code>
        {dataCentre === null ? "" : ` in ${dataCentre}`}. A deployment has many isolates. Each one counts for itself
        from its start, and each request of this page reaches one of them. While the page is visible, it sends a request
        every two seconds, which costs a few Redis commands and one query.
      </p>
    </section>
  );
}

function isTripped(state: string | null): boolean {
  return state !== null && state !== "closed";
}

function Figure({
  name,
  value,
  note,
  isBad = false,
}: {
  name: string;
  value: string;
  note?: string;
  isBad?: boolean;
}): JSX.Element {
  return (
    <div>
      <dt class="hint">{name}</dt>
      <dd class={isBad ? "bad" : ""}>
        {value}
        {note !== undefined && <p class="hint">{note}</p>}
      </dd>
    </div>
  );
}

function OverTime({ samples }: { samples: readonly Sample[] }): JSX.Element {
  const to = samples.at(-1)?.at ?? 0;
  const span = { from: Math.min(samples[0]?.at ?? 0, to - SPAN_MS), to };
  return (
    <section class="card columns" aria-label="Over time">
      <LinePlot
        title="Hit rate"
        series={[
          { name: "memory (L1)", points: hitRates(samples, "l1") },
          { name: "Redis (L2)", points: hitRates(samples, "l2") },
        ]}
        {...span}
        max={1}
        format={(value) => `${Math.round(value * 100)}%`}
        empty="This isolate has not looked up a flag since you opened the page."
      />
      <LinePlot
        title="Round trips per second"
        series={[
          { name: "Redis", points: roundTripRates(samples, "l2") },
          { name: "Postgres", points: roundTripRates(samples, "l3") },
        ]}
        {...span}
        format={(value) => (value === 0 ? "0" : value.toFixed(1))}
        empty="Waiting for a second sample…"
      />
    </section>
  );
}

function Heads({ watch }: { watch: CacheWatch["samples"]["value"] }): JSX.Element {
  const heads = headsSeen(watch);
  const newest = Math.max(...heads.map(({ head }) => head));
  return (
    <section class="card" aria-labelledby="heads">
      <h2 id="heads">Versions seen</h2>
      <table>
        <TableHead columns={["Data centre", "Isolate", "Head version", "Last response"]} />
        <tbody>
          {heads.map(({ isolate, dataCentre, head, at }) => (
            <tr key={isolate}>
              <td>{dataCentre ?? "Unknown"}</td>
              <td>
                <code>{isolate}</code>
              </td>
              <td>
                {head}
                {head < newest && <span class="hint"> {newest - head} behind</span>}
              </td>
              <td>
                <Time at={new Date(at).toISOString()} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">
        These are the isolates that have responded to this page, in the data centre nearest to you. To watch other data
        centres, run <code>npm run watch:propagation</code>.
      </p>
    </section>
  );
}

function flagsText(n: number): string {
  return n === 1 ? "1 flag" : `${n.toLocaleString("en")} flags`;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${Math.round(bytes / 1000)} kB` : "less than 1 kB";
}
