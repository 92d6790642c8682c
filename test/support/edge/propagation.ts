import type { DataCentre } from "./data-centre.ts";
import type { FlagTruth, Resolution } from "./flag-truth.ts";

/** One response, as a client saw it. Times are in ms of the monotonic clock. */
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

/** A client of one isolate. It sends one request at a time, so responses arrive in order. */
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

/** Returns the problems of responses, compared with every version of the flags. */
export function wrongResponses(clients: readonly Client[], truth: FlagTruth): string[] {
  const seen = clients.flatMap((client) => client.seen);
  return [...seen.flatMap((one) => wrongWith(one, truth)), ...regressions(seen)];
}

function wrongWith(one: Seen, truth: FlagTruth): string[] {
  const wrong: string[] = [];
  const what = textOf(one);
  if (one.minVersion > 0 && (one.status === 200 ? one.version < one.minVersion : one.status !== 503)) {
    wrong.push(`${what}: asked for version ${one.minVersion}, got status ${one.status}`);
  }
  const there = truth.keys.filter((key) => truth.at(one.version, key, one.plan) !== undefined);
  const isAbsent = one.status === 404 && !there.includes(one.path.split("/").at(-1) ?? "");
  if (one.minVersion === 0 && one.status !== 200 && !isAbsent) wrong.push(`${what}: status ${one.status}`);
  if (one.status !== 200) return wrong;
  for (const { key, ...resolution } of one.flags) {
    // A stale response with all flags has the last known good of each: none is older than its version, some are newer.
    const { value, variant, reason } = resolution;
    const expected = truth.at(one.version, key, one.plan);
    const isTrue = value === expected?.value && variant === expected?.variant && reason === expected?.reason;
    const isLastKnown = one.isBulk && !isFresh(one) && truth.wasSince(one.version, key, one.plan, resolution);
    if (!isTrue && !isLastKnown) {
      wrong.push(`${what}: ${key} is ${String(value)} ${reason}, was ${String(expected?.value)} ${expected?.reason}`);
    }
  }
  if (one.isBulk && one.flags.length !== there.length) wrong.push(`${what}: not all flags`);
  return wrong;
}

/**
 * Returns the responses that are older than one that the isolate had sent before the request. A stale response may be
 * older.
 */
function regressions(seen: readonly Seen[]): string[] {
  const wrong: string[] = [];
  for (const ofIsolate of Map.groupBy(seen.filter(isFresh), ({ isolate }) => isolate).values()) {
    const received = ofIsolate.toSorted((a, b) => a.receivedAt - b.receivedAt);
    let newest = 0;
    let next = 0;
    for (const one of ofIsolate.toSorted((a, b) => a.sentAt - b.sentAt)) {
      for (; next < received.length && received[next]!.receivedAt < one.sentAt; next += 1) {
        newest = Math.max(newest, received[next]!.version);
      }
      if (one.version < newest) wrong.push(`${textOf(one)}: an earlier response had version ${newest}`);
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
  /** The time at which the writer learnt that the change is published (ms of the monotonic clock). */
  at: number;
}

/** Returns, for each publication and client, the time until a response had that version or a later one (ms). */
export function visibleAfter(clients: readonly Client[], published: readonly Publication[]): number[] {
  const times: number[] = [];
  for (const { seen } of clients) {
    for (const { version, at } of published) {
      const first = seen.find((one) => one.status === 200 && one.receivedAt >= at && one.version >= version);
      // Without a request after the publication there is nothing to measure.
      if (first) times.push(first.receivedAt - at);
    }
  }
  return times.toSorted((a, b) => a - b);
}

/**
 * Returns, for each response that is not marked stale, the time for which a newer value had been published when the
 * request was sent (ms).
 */
export function outdatedFor(clients: readonly Client[], published: readonly Publication[], truth: FlagTruth): number[] {
  const times: number[] = [];
  for (const one of clients.flatMap(({ seen }) => seen).filter(isFresh)) {
    // A response that the data centre keeps has an old version, but is right until its own flag changes.
    const isKept = one.cacheStatus.startsWith("Burgee-Edge");
    const isOutdatedBy = (version: number) =>
      version > one.version &&
      (!isKept || one.flags.some(({ key, value }) => truth.at(version, key, one.plan)?.value !== value));
    const first = published.find(({ version, at }) => at < one.sentAt && isOutdatedBy(version));
    times.push(first ? one.sentAt - first.at : 0);
  }
  return times.toSorted((a, b) => a - b);
}

/** Returns percentiles of a sorted list as text. */
export function percentiles(sorted: readonly number[]): string {
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms`;
}
