import type { JSX } from "preact";
import type { CacheStatistics } from "../../../../sdk/client/contract.ts";
import { headsSeen, hitRates, roundTripRates, type Sample } from "../../state/cache/cache-samples.ts";
import type { CacheWatch } from "../../state/cache/cache-watch.ts";
import { LinePlot } from "../../ui/plots/line-plot.tsx";

/** The x axis spans at least this (ms). */
const SPAN_MS = 120_000;

/** What one isolate says of itself, every two seconds. */
export function CacheLive({ watch: { samples, problem } }: { watch: CacheWatch }): JSX.Element {
  const [latest] = samples.value.values();
  const last = latest?.at(-1);
  return (
    <>
      {problem.value !== undefined && (
        <p class="banner failed" role="alert">
          {problem.value} It is asked again every two seconds.
        </p>
      )}
      {latest === undefined || last === undefined ? (
        problem.value === undefined && (
          <div class="skeleton" role="status" aria-label="Loading">
            <span />
            <span />
            <span />
          </div>
        )
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
      <h2 id="now">Now</h2>
      <dl class="figures">
        <Figure name="Memory (L1)" value={flagsText(tiers.l1.size)} note={bytesText(tiers.l1.bytes)} />
        {l2 === null ? (
          <Figure name="Redis (L2)" value="none" note="this deployment runs without it" />
        ) : "error" in l2 ? (
          <Figure name="Redis (L2)" value="unreachable" note={l2.error} isBad />
        ) : (
          <Figure name="Redis (L2)" value={flagsText(l2.size)} note={bytesText(l2.bytes)} />
        )}
        <Figure
          name="Head version"
          value={String(head.l1)}
          note={
            head.l2 === null ? "Redis knows none" : head.l2 === head.l1 ? "the same in Redis" : `${head.l2} in Redis`
          }
        />
        <Figure
          name="Outbox"
          value={outbox.pending === null ? "unknown" : String(outbox.pending)}
          note="changes that the sweep has not confirmed"
          isBad={outbox.pending === null}
        />
        <Figure name="Breaker of Redis" value={breakers.redis ?? "none"} isBad={isTripped(breakers.redis)} />
        <Figure name="Breaker of Postgres" value={breakers.store} isBad={isTripped(breakers.store)} />
      </dl>
      <p class="hint">
        All of this, and the plots, is what one isolate says of itself, <code>{isolate}</code>
        {dataCentre === null ? "" : ` in ${dataCentre}`}: a deployment has many, each counts for itself since it
        started, and your question reaches one of them. Each question itself takes a few commands of Redis and a query,
        every two seconds while this page is looked at.
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
        format={(value) => `${Math.round(value * 100)} %`}
        empty="Nobody has asked this isolate for a flag since the page was opened."
      />
      <LinePlot
        title="Round trips per second"
        series={[
          { name: "Redis", points: roundTripRates(samples, "l2") },
          { name: "Postgres", points: roundTripRates(samples, "l3") },
        ]}
        {...span}
        format={(value) => (value === 0 ? "0" : value.toFixed(1))}
        empty="Two answers are needed."
      />
    </section>
  );
}

function Heads({ watch }: { watch: CacheWatch["samples"]["value"] }): JSX.Element {
  const heads = headsSeen(watch);
  const newest = Math.max(...heads.map(({ head }) => head));
  return (
    <section class="card" aria-labelledby="heads">
      <h2 id="heads">Heads that this page has seen</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Data centre</th>
            <th scope="col">Isolate</th>
            <th scope="col">Head version</th>
            <th scope="col">Last answer</th>
          </tr>
        </thead>
        <tbody>
          {heads.map(({ isolate, dataCentre, head, at }) => (
            <tr key={isolate}>
              <td>{dataCentre ?? "not told"}</td>
              <td>
                <code>{isolate}</code>
              </td>
              <td>
                {head}
                {head < newest && <span class="hint"> {newest - head} behind</span>}
              </td>
              <td>{new Date(at).toLocaleTimeString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">
        Only what answered you: requests from here reach the nearest data centre. <code>npm run watch:propagation</code>{" "}
        watches others.
      </p>
    </section>
  );
}

function flagsText(n: number): string {
  return n === 1 ? "1 flag" : `${n.toLocaleString("en")} flags`;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1000 ? `${Math.round(bytes / 1000)} kB` : "below 1 kB";
}
