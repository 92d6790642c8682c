import { Client, outdatedFor, type Seen, wrongAnswers } from "../support/edge/propagation.ts";
import type { FlagTruth } from "../support/edge/flag-truth.ts";
import type { ChaosCase } from "./faults.ts";
import type { ChaosWorld } from "./world.ts";

/** Where answers came from, nearest first. `kept`: an answer to GET, kept at the data centre. */
export const SOURCES = ["L1", "L2", "L3", "snapshot", "kept"] as const;
export type Source = (typeof SOURCES)[number];

/** What the answers were worth, of one fault. Times in ms. */
export interface Verdict {
  /** While the fault lasted. */
  requests: number;
  /** Share of the answers, by source. */
  sources: Record<Source, number>;
  /** Share of the answers that say that they are stale. */
  stale: number;
  /** What was wrong, of all answers of the case. */
  wrong: string[];
  /** Answers of status 5xx that nobody had asked for, and answers that never came. */
  failed: string[];
  p50: number;
  p99: number;
}

export interface Recovery {
  /** From healing to the last client's first answer at the version made then, not stale (s); undefined: too late. */
  recoveredSeconds: number | undefined;
  /** From healing until every isolate's breakers were closed (s); undefined: too late. */
  closedSeconds: number | undefined;
}

export interface Observed {
  clients: readonly Client[];
  /** Asks for versions that are perhaps not there yet: 503 is an answer to that. */
  atLeast: Client;
  unanswered: readonly string[];
  /** ms of the monotonic clock. */
  begunAt: number;
  healedAt: number;
}

/** One second and one purge is the contract; the rest is for a replica that lags and a busy machine (ms). */
const MAX_OUTDATED_MS = 6000;
/** A look at the head is made once a second, and fails within this when all hangs (ms). */
const NOTICED_MS = 7500;
const NOTICED_AT_ONCE_MS = 2500;

export function judge(world: ChaosWorld, { kind, target }: ChaosCase, observed: Observed): Verdict {
  const { clients, atLeast, unanswered, begunAt, healedAt } = observed;
  const { truth, published } = world;
  const isFailure = ({ status }: Seen) => status >= 500;
  const answered = [...clients, atLeast].map((client) => {
    const judged = new Client(client.isolate, client.dataCentre, "");
    const seen = client.seen.filter((one) => one.minVersion > 0 || !isFailure(one));
    judged.seen.push(
      ...seen.map((one) => (one.isBulk && isStale(one) ? atItsOldest(one, truth, world.newestVersion) : one)),
    );
    return judged;
  });
  const wrong = wrongAnswers(answered, truth);
  for (const ms of outdatedFor(answered, published, truth)) {
    if (ms > MAX_OUTDATED_MS) wrong.push(`not marked stale, but outdated for ${Math.round(ms)} ms`);
  }
  const isHanging = kind.faults?.hang === true;
  const isNoticed = healedAt - begunAt > (isHanging ? NOTICED_MS : NOTICED_AT_ONCE_MS);
  if (kind.isTotal === true && target === "both" && isNoticed) wrong.push(...unmarked(clients, healedAt));

  const asked = clients.flatMap(({ seen }) => seen);
  const during = asked.filter(({ sentAt }) => sentAt >= begunAt && sentAt < healedAt);
  const answers = during.filter((one) => !isFailure(one));
  const times = during.map(({ sentAt, receivedAt }) => receivedAt - sentAt).toSorted((a, b) => a - b);
  const shareOf = (is: (one: Seen) => boolean) => answers.filter(is).length / Math.max(1, answers.length);
  const shares = SOURCES.map((source) => [source, shareOf((one) => sourceOf(one) === source)]);
  return {
    requests: during.length,
    sources: Object.fromEntries(shares) as Record<Source, number>,
    stale: shareOf(isStale),
    wrong,
    failed: [...asked.filter(isFailure).map((one) => `${textOf(one)} answered ${one.status}`), ...unanswered],
    p50: at(times, 0.5),
    p99: at(times, 0.99),
  };
}

/**
 * A stale answer about all flags is made of the last known of each: its version is that of the oldest of them, and the
 * others may be newer. Those that are true at a later version pass for what they were at that one.
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

/** In an outage that has been noticed an isolate that keeps no head at its data centre marks what it answers. */
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

/** What must not be, in words. */
export function brokenPromises(result: Pick<Verdict, "wrong" | "failed"> & Recovery): string[] {
  const { wrong, failed, recoveredSeconds, closedSeconds } = result;
  return [
    ...wrong,
    ...failed,
    ...(recoveredSeconds === undefined ? ["answers did not become fresh again"] : []),
    ...(closedSeconds === undefined ? ["breakers did not close again"] : []),
  ];
}
