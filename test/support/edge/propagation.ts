import type { DataCentre } from "./data-centre.ts";
import type { FlagTruth, Resolution } from "./flag-truth.ts";

/** One answer, as a client saw it. Times in ms of the monotonic clock. */
export interface Seen {
  isolate: string;
  path: string;
  plan: string;
  sentAt: number;
  receivedAt: number;
  status: number;
  version: number;
  minVersion: number;
  cacheStatus: string;
  isBulk: boolean;
  flags: ({ key: string } & Resolution)[];
}

/** Whoever asks one isolate: one question after the other, so that answers come in the order of asking. */
export class Client {
  readonly seen: Seen[] = [];
  readonly isolate: string;
  readonly dataCentre: DataCentre;
  readonly #serverKey: string;

  constructor(isolate: string, dataCentre: DataCentre, serverKey: string) {
    this.isolate = isolate;
    this.dataCentre = dataCentre;
    this.#serverKey = serverKey;
  }

  async ask(path: string, plan: string, minVersion = 0): Promise<Seen> {
    const isGet = path.startsWith("/flags");
    const headers: Record<string, string> = { authorization: `Bearer ${this.#serverKey}` };
    if (minVersion > 0) headers["x-flags-min-version"] = String(minVersion);
    const context = { targetingKey: "user-1", plan };
    const sentAt = performance.now();
    const response = isGet
      ? await this.dataCentre.fetch(this.isolate, `${path}?targetingKey=user-1&plan=${plan}`, { headers })
      : await this.dataCentre.fetch(this.isolate, path, {
          method: "POST",
          headers,
          body: JSON.stringify({ context }),
        });
    const body = (await response.json()) as { flags?: Seen["flags"] } & Seen["flags"][number];
    const seen: Seen = {
      isolate: this.isolate,
      path,
      plan,
      sentAt,
      receivedAt: performance.now(),
      status: response.status,
      version: Number(response.headers.get("x-flags-version")),
      minVersion,
      cacheStatus: response.headers.get("cache-status") ?? "",
      isBulk: body.flags !== undefined,
      flags: response.status === 200 ? (body.flags ?? [body]) : [],
    };
    this.seen.push(seen);
    return seen;
  }
}

/** What was wrong with answers, judged against every version that there ever was. */
export function wrongAnswers(clients: readonly Client[], truth: FlagTruth): string[] {
  const seen = clients.flatMap((client) => client.seen);
  return [...seen.flatMap((one) => wrongWith(one, truth)), ...wentBack(seen)];
}

function wrongWith(one: Seen, truth: FlagTruth): string[] {
  const wrong: string[] = [];
  const what = textOf(one);
  if (one.minVersion > 0 && (one.status === 200 ? one.version < one.minVersion : one.status !== 503)) {
    wrong.push(`${what}: asked for ${one.minVersion}, answered with status ${one.status}`);
  }
  const there = truth.keys.filter((key) => truth.at(one.version, key, one.plan) !== undefined);
  const isAbsent = one.status === 404 && !there.includes(one.path.split("/").at(-1) ?? "");
  if (one.minVersion === 0 && one.status !== 200 && !isAbsent) wrong.push(`${what}: status ${one.status}`);
  if (one.status !== 200) return wrong;
  for (const { key, ...answer } of one.flags) {
    // All flags marked stale are the last known good of each: none is older than the version says, some may be newer.
    const { value, variant, reason } = answer;
    const expected = truth.at(one.version, key, one.plan);
    const isTrue = value === expected?.value && variant === expected?.variant && reason === expected?.reason;
    const isLastKnown = one.isBulk && !isFresh(one) && truth.wasSince(one.version, key, one.plan, answer);
    if (!isTrue && !isLastKnown) {
      wrong.push(`${what}: ${key} is ${String(value)} ${reason}, was ${String(expected?.value)} ${expected?.reason}`);
    }
  }
  if (one.isBulk && one.flags.length !== there.length) wrong.push(`${what}: not all flags`);
  return wrong;
}

/**
 * Answers of an older version than the isolate had given to anybody before it was asked. What is marked stale says itself
 * that it may be older than what was known.
 */
function wentBack(seen: readonly Seen[]): string[] {
  const wrong: string[] = [];
  for (const ofIsolate of Map.groupBy(seen.filter(isFresh), ({ isolate }) => isolate).values()) {
    const received = ofIsolate.toSorted((a, b) => a.receivedAt - b.receivedAt);
    let newest = 0;
    let next = 0;
    for (const one of ofIsolate.toSorted((a, b) => a.sentAt - b.sentAt)) {
      for (; next < received.length && received[next]!.receivedAt < one.sentAt; next += 1) {
        newest = Math.max(newest, received[next]!.version);
      }
      if (one.version < newest) wrong.push(`${textOf(one)}: version ${newest} was answered before`);
    }
  }
  return wrong;
}

function isFresh({ status, cacheStatus }: Seen): boolean {
  return status === 200 && !cacheStatus.includes("stale");
}

function textOf({ isolate, path, version, cacheStatus }: Seen): string {
  return `${isolate} ${path} at version ${version} (${cacheStatus})`;
}

export interface Publication {
  version: number;
  /** When the writer was told that the purge is published (ms of the monotonic clock). */
  at: number;
}

/** For every publication, oldest first, and every client: how long until an answer at that version or later was there (ms). */
export function visibleAfter(clients: readonly Client[], published: readonly Publication[]): number[] {
  const times: number[] = [];
  for (const { seen } of clients) {
    for (const { version, at } of published) {
      const first = seen.find((one) => one.status === 200 && one.receivedAt >= at && one.version >= version);
      // A version that nobody asked after says nothing.
      if (first) times.push(first.receivedAt - at);
    }
  }
  return times.toSorted((a, b) => a - b);
}

/** For every answer that is not marked stale: how long something newer had been published when it was asked for (ms). */
export function outdatedFor(clients: readonly Client[], published: readonly Publication[], truth: FlagTruth): number[] {
  const times: number[] = [];
  for (const one of clients.flatMap(({ seen }) => seen).filter(isFresh)) {
    // An answer kept at the data centre is of an old version and still right, until a change of its own flag.
    const isKept = one.cacheStatus.startsWith("Burgee-Edge");
    const isOutdatedBy = (version: number) =>
      version > one.version &&
      (!isKept || one.flags.some(({ key, value }) => truth.at(version, key, one.plan)?.value !== value));
    const first = published.find(({ version, at }) => at < one.sentAt && isOutdatedBy(version));
    times.push(first ? one.sentAt - first.at : 0);
  }
  return times.toSorted((a, b) => a - b);
}

/** The shares of a sorted list as text. */
export function percentiles(sorted: readonly number[]): string {
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms`;
}
