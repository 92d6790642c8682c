import { MONTH_SECONDS, priceOf, table } from "../../cost.ts";
import type { Percentiles } from "../judge/propagation.ts";
import type { Calls, ScenarioResult } from "../result.ts";
import { overTime, ratesOf } from "./rates.ts";
import { brokenPromises, missedTargets } from "./verdict.ts";

/** The sources of responses, nearest first. Others follow. */
const TIERS = ["L1", "L2", "L3"];
const PARTS = 8;
/** As in the model of `npm run cost` (ms). */
const CPU_MS = 1;
const GIGABYTE = 1e9;

/** Returns the report in Markdown. */
export function reportOf(results: readonly ScenarioResult[]): string {
  const sections = [
    ["Scenarios", scenarios(results)],
    ["Propagation (ms)", propagation(results)],
    ["Responses", responses(results)],
    ["Sources of responses", sources(results)],
    ["Entries of the data centres' caches", cacheEntries(results)],
    ["Calls per second", calls(results)],
    ["Calls over time", callsOverTime(results)],
    ["Calls by kind", callsByKind(results)],
    ["A month at this rate", months(results)],
  ];
  const faults = results.flatMap(({ scenario, findings }) =>
    findings.described.map((text) => `- ${scenario.name}: ${text}`),
  );
  return [
    ...sections.map(([title, text]) => `## ${title}\n\n${text}`),
    ...(faults.length === 0 ? [] : [`## Wrong, too old and refused\n\n${faults.join("\n")}`]),
  ].join("\n\n");
}

function scenarios(results: readonly ScenarioResult[]): string {
  return table(
    ["scenario", "world", "data centres × isolates", "isolates started", "hours", "requests", "changes", "contract"],
    results.map((result) => {
      const { scenario, size, findings, isolates, changedAt } = result;
      const broken = [...brokenPromises(result), ...missedTargets(result)];
      return [
        scenario.name,
        scenario.title,
        `${size.dataCentres} × ${size.isolates}`,
        whole(isolates),
        String(size.hours),
        whole(findings.responses),
        whole(changedAt.length),
        broken.length === 0 ? "kept" : broken.join("; "),
      ];
    }),
  );
}

function propagation(results: readonly ScenarioResult[]): string {
  const cells = ({ count, p50, p99, p999, max }: Percentiles) => [count, p50, p99, p999, max].map(whole);
  return table(
    ["scenario", "from the commit to", "count", "p50", "p99", "p99.9", "max", "allowed"],
    results.flatMap(({ scenario, propagation: { lastOld, firstNew, everywhere } }) => [
      [scenario.name, "the last old response of a data centre", ...cells(lastOld), whole(scenario.allowedMs)],
      [scenario.name, "the last old response anywhere", ...cells(everywhere), whole(scenario.allowedMs)],
      [scenario.name, "the first new response of a data centre", ...cells(firstNew), ""],
    ]),
  );
}

function responses(results: readonly ScenarioResult[]): string {
  return table(
    ["scenario", "responses", "wrong", "older than allowed", "oldest value (ms)", "marked stale", "refused"],
    results.map(({ scenario, findings }) => [
      scenario.name,
      ...[findings.responses, findings.wrong, findings.tooOld, findings.oldestMs, findings.markedStale].map(whole),
      whole(Object.values(findings.refused).reduce((sum, count) => sum + count, 0)),
    ]),
  );
}

function sources(results: readonly ScenarioResult[]): string {
  const found = new Set([...TIERS, ...results.flatMap(({ findings }) => Object.keys(findings.byTier))]);
  return table(
    ["scenario", ...found, "without I/O"],
    results.map(({ scenario, findings: { byTier, responses, warm } }) => [
      scenario.name,
      ...[...found].map((tier) => percent(byTier[tier] ?? 0, responses)),
      percent(warm, responses),
    ]),
  );
}

function cacheEntries(results: readonly ScenarioResult[]): string {
  return table(
    ["scenario", "entry", "looked for", "found", "stored"],
    results.flatMap(({ scenario, caches }) =>
      Object.entries(caches).map(([kind, { hits, misses, puts }]) => [
        scenario.name,
        kind,
        whole(hits + misses),
        percent(hits, hits + misses),
        whole(puts),
      ]),
    ),
  );
}

function calls(results: readonly ScenarioResult[]): string {
  return table(
    ["scenario", "calls", "total", "failed", "mean", "p99", "peak", "after a change, p50", "after a change, peak"],
    results.flatMap((result) =>
      backendsOf(result).map(([name, called]) => {
        const { mean, p99, peak, afterChangeP50, afterChangePeak } = ratesOf(called, result.changedAt);
        const rates = [p99, peak, afterChangeP50, afterChangePeak].map(whole);
        return [result.scenario.name, name, whole(called.total), whole(called.failed), mean.toFixed(2), ...rates];
      }),
    ),
  );
}

function callsOverTime(results: readonly ScenarioResult[]): string {
  const part = (hours: number, i: number) => `${Number(((i * hours) / PARTS).toFixed(3))} h`;
  return results
    .map((result) =>
      table(
        [`${result.scenario.name}, from`, ...Array.from({ length: PARTS }, (_, i) => part(result.size.hours, i))],
        backendsOf(result).map(([name, called]) => [
          `${name}, mean (peak)`,
          ...overTime(called, PARTS).map(({ mean, peak }) => `${mean.toFixed(2)} (${whole(peak)})`),
        ]),
      ),
    )
    .join("\n\n");
}

function callsByKind(results: readonly ScenarioResult[]): string {
  return table(
    ["scenario", "calls", "by kind"],
    results.flatMap((result) =>
      backendsOf(result).map(([name, { byName }]) => [
        result.scenario.name,
        name,
        Object.entries(byName)
          .map(([kind, count]) => `${kind} ${whole(count)}`)
          .join(", "),
      ]),
    ),
  );
}

function months(results: readonly ScenarioResult[]): string {
  return table(
    [
      "scenario",
      "requests",
      "Redis commands",
      "for each request",
      "GB from Redis",
      "Workers",
      "Upstash",
      "Neon",
      "total",
    ],
    results.map(({ scenario, size, findings, redis }) => {
      const months = MONTH_SECONDS / (size.hours * 3600);
      const commands = redis.total * months;
      const requests = findings.responses * months;
      const gigabytes = (redis.chars * months) / GIGABYTE;
      const cost = priceOf({ requests, cpuMs: CPU_MS, commands, gigabytes, storedGigabytes: 0 });
      return [
        scenario.name,
        ...[requests, commands].map((count) => `${(count / 1e6).toFixed(1)} M`),
        (redis.total / findings.responses).toFixed(2),
        whole(gigabytes),
        ...[cost.workers, cost.upstash, cost.neon, cost.total].map((dollars) => `$${whole(dollars)}`),
      ];
    }),
  );
}

function backendsOf({ redis, postgres, purges }: ScenarioResult): [string, Calls][] {
  return [
    ["Redis commands", redis],
    ["Postgres queries", postgres],
    ["purge calls", purges],
  ];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function percent(part: number, of: number): string {
  return of === 0 ? "–" : `${((100 * part) / of).toFixed(2)}%`;
}
