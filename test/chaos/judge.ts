import { Client, outdatedFor, type Seen, wrongResponses } from "../support/edge/propagation.ts";
import type { FlagTruth } from "../support/edge/flag-truth.ts";
import type { ChaosCase } from "./faults.ts";
import type { ChaosWorld } from "./world.ts";

/** The sources of responses. `kept` is a response to GET that the data centre has kept. */
export const SOURCES = ["L1", "L2", "L3", "snapshot", "kept"] as const;
export type Source = (typeof SOURCES)[number];

/** The quality of the responses to one fault. Times are in ms. */
export interface Verdict {
  /** The number of requests during the fault. */
  requests: number;
  /** The share of the responses that came from each source. */
  sources: Record<Source, number>;
  /** The share of the responses that are marked stale. */
  stale: number;
  /** The problems of all responses, also of those before and after the fault. */
  wrong: string[];
  /** Unexpected responses with status 5xx, and requests without a response. */
  failed: string[];
  /** Latencies. */
  p50: number;
  p99: number;
}

/** The time from the end of the fault until the data centres were well again. `undefined` if it took too long. */
export interface Recovery {
  /** Until each client had a fresh response at a version made after the fault (s). */
  recoveredSeconds: number | undefined;
  /** Until all breakers of all isolates were closed (s). */
  closedSeconds: number | undefined;
}

/** The record of one case. */
export interface CaseRecord {
  clients: readonly Client[];
  /** A client that asks for versions which may not be there yet, so a 503 is a correct response. */
  atLeast: Client;
  failures: readonly string[];
  /** The beginning of the fault (ms of the monotonic clock). */
  begunAt: number;
  healedAt: number;
}

/**
 * The longest time for which a response that is not marked stale may be outdated (ms). The contract is one second and
 * one purge; the rest allows for a replica that lags and a busy machine.
 */
const MAX_OUTDATED_MS = 6000;
/** An isolate has noticed within this time that both backends hang: it checks the head once a second (ms). */
const NOTICED_HANG_MS = 7500;
/** The same for faults that fail at once (ms). */
const NOTICED_MS = 2500;

export function judge(world: ChaosWorld, { kind, target }: ChaosCase, record: CaseRecord): Verdict {
  const { clients, atLeast, failures, begunAt, healedAt } = record;
  const { truth, published } = world;
  const isFailure = ({ status }: Seen) => status >= 500;
  const judged = [...clients, atLeast].map((client) => {
    const copy = new Client(client.isolate, client.dataCentre, "");
    const seen = client.seen.filter((one) => one.minVersion > 0 || !isFailure(one));
    copy.seen.push(
      ...seen.map((one) => (one.isBulk && isStale(one) ? atItsOldest(one, truth, world.newestVersion) : one)),
    );
    return copy;
  });
  const wrong = wrongResponses(judged, truth);
  for (const ms of outdatedFor(judged, published, truth)) {
    if (ms > MAX_OUTDATED_MS) wrong.push(`not marked stale, but outdated for ${Math.round(ms)} ms`);
  }
  const isHanging = kind.faults?.hang === true;
  const isNoticed = healedAt - begunAt > (isHanging ? NOTICED_HANG_MS : NOTICED_MS);
  if (kind.isTotal === true && target === "both" && isNoticed) wrong.push(...unmarked(clients, healedAt));

  const asked = clients.flatMap(({ seen }) => seen);
  const during = asked.filter(({ sentAt }) => sentAt >= begunAt && sentAt < healedAt);
  const responses = during.filter((one) => !isFailure(one));
  const times = during.map(({ sentAt, receivedAt }) => receivedAt - sentAt).toSorted((a, b) => a - b);
  const shareOf = (is: (one: Seen) => boolean) => responses.filter(is).length / Math.max(1, responses.length);
  const shares = SOURCES.map((source) => [source, shareOf((one) => sourceOf(one) === source)]);
  return {
    requests: during.length,
    sources: Object.fromEntries(shares) as Record<Source, number>,
    stale: shareOf(isStale),
    wrong,
    failed: [...asked.filter(isFailure).map((one) => `${textOf(one)}: status ${one.status}`), ...failures],
    p50: at(times, 0.5),
    p99: at(times, 0.99),
  };
}

/**
 * Prepares a stale response with all flags for the check. It contains the last known good of each flag, and its version
 * is that of the oldest one. Flags that are true at a later version are replaced by their values at that version.
 */
function atItsOldest(one: Seen, truth: FlagTruth, newest: number): Seen {
  const isTrueAt = (flag: Seen["flags"][number], version: number): boolean => {
    const expected = truth.at(version, flag.key, one.plan);
    return flag.value === expected?.value && flag.variant === expected?.variant && flag.reason === expected?.reason;
  };
  const flags = one.flags.map((flag) => {
    for (let later = one.version + 1; later <= newest; later++) {
      if (isTrueAt(flag, later)) return { key: flag.key, ...(truth.at(one.version, flag.key, one.plan) ?? flag) };
    }
    return flag;
  });
  return { ...one, flags };
}

/**
 * Returns the responses that should be marked stale but are not. An isolate that reads heads from Redis has noticed the
 * outage by now; the exempt ones read heads that their data centre keeps.
 */
function unmarked(clients: readonly Client[], healedAt: number): string[] {
  return clients.flatMap(({ isolate, seen }) => {
    const last = seen.findLast(({ receivedAt }) => receivedAt < healedAt);
    const isExempt = isolate.startsWith("writer") || isolate.startsWith("late");
    return last === undefined || isExempt || isStale(last) ? [] : [`${textOf(last)} is not marked stale in an outage`];
  });
}

function sourceOf({ cacheStatus }: Seen): Source {
  if (cacheStatus.startsWith("Burgee-Edge")) return "kept";
  if (cacheStatus.includes("Burgee-Snapshot")) return "snapshot";
  if (cacheStatus.includes("Burgee-L2; hit")) return "L2";
  return cacheStatus.includes("Burgee-L2; fwd=miss") ? "L3" : "L1";
}

function isStale({ cacheStatus }: Seen): boolean {
  return cacheStatus.includes("stale");
}

function textOf({ isolate, path, cacheStatus }: Seen): string {
  return `${isolate} ${path} (${cacheStatus})`;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Describes each broken promise. */
export function brokenPromises(result: Pick<Verdict, "wrong" | "failed"> & Recovery): string[] {
  const { wrong, failed, recoveredSeconds, closedSeconds } = result;
  return [
    ...wrong,
    ...failed,
    ...(recoveredSeconds === undefined ? ["responses did not become fresh again"] : []),
    ...(closedSeconds === undefined ? ["breakers did not close again"] : []),
  ];
}
