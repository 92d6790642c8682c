import type { Breaker, BreakerState } from "../../../resilience/breaker.ts";
import { type MetricFamily, PROMETHEUS_MEDIA_TYPE, renderPrometheus } from "../../../ops/prometheus.ts";
import type { UsageStats } from "../../../usage/usage-stats.ts";
import type { Services } from "../../services.ts";
import type { ManagementContext } from "../context.ts";

/** Part of every metric's help text, because the next scrape may reach another isolate. */
const HELP_SUFFIX = "Counted by one isolate since it started.";
const BREAKER_VALUES: Record<BreakerState, number> = { closed: 0, "half-open": 1, open: 2 };

type MetricsServices = Pick<Services, "metrics" | "tiers" | "streams" | "redisBreaker" | "storeBreaker">;

export async function showMetrics(
  services: MetricsServices & Pick<Services, "isolateId" | "openUsage">,
  c: ManagementContext,
): Promise<Response> {
  const { stats } = await services.openUsage();
  // Without the label, a scraper would take the counters of another isolate for its own after a reset.
  const text = renderPrometheus(familiesOf(services, stats), { isolate: services.isolateId() });
  return c.body(text, 200, { "content-type": PROMETHEUS_MEDIA_TYPE });
}

function familiesOf(
  { metrics, tiers, streams, redisBreaker, storeBreaker }: MetricsServices,
  usage: UsageStats,
): MetricFamily[] {
  const l1 = tiers.l1.stats();
  const family = (
    type: MetricFamily["type"],
    name: string,
    help: string,
    samples: MetricFamily["samples"],
  ): MetricFamily => ({ name: `burgee_${name}`, type, help: `${help} ${HELP_SUFFIX}`, samples });
  const reads = Object.entries(metrics.reads).flatMap(([tier, outcomes]) =>
    Object.entries(outcomes).map(([outcome, value]) => ({ labels: { tier, outcome }, value })),
  );
  const results = Object.entries(metrics.results).map(([source, value]) => ({ labels: { source }, value }));
  const problems = [...metrics.problems].toSorted(([a], [b]) => a - b);
  return [
    family("counter", "answers_total", "Evaluation requests with a result, by the source of the flags.", results),
    family(
      "counter",
      "problems_total",
      "Evaluation requests that failed, by status.",
      problems.map(([status, value]) => ({ labels: { status: String(status) }, value })),
    ),
    family("counter", "tier_reads_total", "Reads of the tiers behind the memory, by outcome.", reads),
    family("counter", "memory_lookups_total", "Look-ups of flags in memory.", [
      { labels: { outcome: "hit" }, value: l1.hits },
      { labels: { outcome: "miss" }, value: l1.misses },
    ]),
    family("gauge", "memory_entries", "Flags held in memory.", [{ value: l1.size }]),
    family("gauge", "memory_bytes", "Estimated size of the flags held in memory.", [{ value: l1.bytes }]),
    family("gauge", "open_streams", "Change streams that are open.", [{ value: streams?.slots.open ?? 0 }]),
    family("counter", "usage_reports_total", "Reports of counted evaluations, by outcome.", [
      { labels: { outcome: "ok" }, value: usage.flushes },
      { labels: { outcome: "failed" }, value: usage.failures },
    ]),
    family("counter", "usage_uncounted_total", "Evaluations that are missing in the counts, by reason.", [
      { labels: { reason: "no_room" }, value: usage.dropped },
      { labels: { reason: "given_up" }, value: usage.lost },
    ]),
    family("gauge", "breaker_state", "0 closed, 1 half-open, 2 open.", [
      ...breakerSample("redis", redisBreaker),
      ...breakerSample("store", storeBreaker),
    ]),
  ];
}

function breakerSample(target: string, breaker: Breaker | undefined): MetricFamily["samples"] {
  return breaker === undefined ? [] : [{ labels: { target }, value: BREAKER_VALUES[breaker.state] }];
}
