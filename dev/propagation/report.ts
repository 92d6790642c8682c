/** Figures about changes on their way. All times are in ms and come from the clock of the measuring process. */

/** A change that the deployment has committed. */
export interface Change {
  version: number;
  value: boolean;
  /** The time when the response to the write arrived. */
  writtenAt: number;
  /** The duration of the write. */
  tookMs: number;
  /** Whether at least one sampler did not see the change in time. */
  isMissing: boolean;
}

/** A request by a sampler, with the response if there was one. */
export interface Sample {
  sentAt: number;
  receivedAt: number;
  /** The HTTP status, or 0 without a response. */
  status: number;
  /** The environment's version in the response, or 0 if the response has none. */
  version: number;
  value: unknown;
  isStale: boolean;
  /** The data centre that responded, or `undefined` if the response does not name it. */
  dataCentre: string | undefined;
  connection: number;
}

/** Percentiles of a list of times. */
export interface Distribution {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Place {
  /** The data centre, or `null` for responses that do not name one. */
  dataCentre: string | null;
  /** The number of responses from here. */
  answers: number;
  /** Time from the response to the write until the first response at its version or a later one. */
  firstNew: Distribution;
  /** Time from the response to the write until the last request that still got an older version; 0 if none did. */
  lastOld: Distribution;
  /** The number of changes after which no request got an older version here. */
  neverOld: number;
}

export interface Report {
  changes: number;
  missing: number;
  writes: Distribution;
  /** The number of responses with status 200. */
  answers: number;
  /** The number of other responses, by status. Status 0 counts requests without a response. */
  failed: Record<string, number>;
  stale: number;
  connections: number;
  /** Responses with an older version than an earlier response on the same connection. */
  wentBack: number;
  /** Responses whose value differs from the value of their version. */
  wrong: number;
  places: Place[];
}

/**
 * Computes the report.
 *
 * @param changes the state before the first change, then the changes, oldest first
 */
export function reportOf([initial, ...changes]: readonly Change[], samples: readonly Sample[]): Report {
  const responses = samples.filter(({ status }) => status === 200);
  const places = Map.groupBy(responses, ({ dataCentre }) => dataCentre ?? null);
  const failed: Record<string, number> = {};
  for (const { status } of samples) if (status !== 200) failed[status] = (failed[status] ?? 0) + 1;
  return {
    changes: changes.length,
    missing: [initial, ...changes].filter((change) => change?.isMissing === true).length,
    writes: distributionOf(changes.map(({ tookMs }) => tookMs)),
    answers: responses.length,
    failed,
    stale: responses.filter(({ isStale }) => isStale).length,
    connections: new Set(responses.map(({ connection }) => connection)).size,
    wentBack: countVersionsBack(responses),
    wrong: initial === undefined ? 0 : countWrong([initial, ...changes], responses),
    places: [...places]
      .map(([dataCentre, seen]) => placeOf(dataCentre, changes, seen))
      .toSorted((a, b) => (a.dataCentre ?? "~").localeCompare(b.dataCentre ?? "~")),
  };
}

/** Computes percentiles by nearest rank, so that each is a measured time. An empty list has zeros. */
export function distributionOf(times: readonly number[]): Distribution {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function placeOf(dataCentre: string | null, changes: readonly Change[], seen: readonly Sample[]): Place {
  const firstNew: number[] = [];
  const lastOld: number[] = [];
  for (const { version, writtenAt } of changes) {
    const first = min(seen.filter((sample) => sample.version >= version).map(({ receivedAt }) => receivedAt));
    // The change may arrive before the response to the write.
    if (first !== undefined) firstNew.push(Math.max(0, first - writtenAt));
    const old = seen.filter((sample) => sample.version < version && sample.sentAt >= writtenAt);
    lastOld.push(old.reduce((latest, { sentAt }) => Math.max(latest, sentAt - writtenAt), 0));
  }
  return {
    dataCentre,
    answers: seen.length,
    firstNew: distributionOf(firstNew),
    lastOld: distributionOf(lastOld),
    neverOld: lastOld.filter((ms) => ms === 0).length,
  };
}

function min(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
}

function countVersionsBack(samples: readonly Sample[]): number {
  const newest = new Map<number, number>();
  let count = 0;
  for (const { connection, version } of samples.toSorted((a, b) => a.receivedAt - b.receivedAt)) {
    const before = newest.get(connection) ?? 0;
    if (version < before) count++;
    else newest.set(connection, version);
  }
  return count;
}

/** Versions before the first known one are not checked, because their values are unknown. */
function countWrong(changes: readonly Change[], samples: readonly Sample[]): number {
  const valueAt = (version: number) => changes.findLast((change) => change.version <= version)?.value;
  return samples.filter(({ version, value }) => (valueAt(version) ?? value) !== value).length;
}

/** Whether every change arrived and every response had the value of its version. */
export function isAsPromised({ missing, wrong }: Report): boolean {
  return missing === 0 && wrong === 0;
}

/** Formats the report for people. */
export function textOf(report: Report): string {
  const { changes, missing, writes, answers, failed, stale, connections, wentBack, wrong, places } = report;
  const rows = places.map(({ dataCentre, firstNew, lastOld, neverOld, answers: here }) => [
    dataCentre ?? "(unnamed)",
    ...columns(firstNew),
    ...columns(lastOld),
    String(neverOld),
    String(here),
  ]);
  const failures = Object.entries(failed).map(
    ([status, count]) => `${count} × ${status === "0" ? "no response" : status}`,
  );
  const isNamed = places.some(({ dataCentre }) => dataCentre !== null);
  return [
    `ms              first new p50    p95    p99    max  last old p50    p95    p99    max  never old  responses`,
    ...rows.map(
      ([name = "", ...figures]) =>
        name.padEnd(16) + figures.map((figure, i) => figure.padStart(WIDTHS[i] ?? 8)).join(""),
    ),
    "",
    "first new: from the response to the write until the first response at its version",
    "last old:  from the response to the write until the last request that got an older version",
    `data centres: ${isNamed ? "named by cf-ray" : "no response names one (cf-ray), so all count as one"}`,
    "",
    `${changes} changes, written in p50 ${writes.p50}, p99 ${writes.p99} ms; ${missing} did not arrive in time`,
    `${answers} responses: ${wrong} with the value of another version, ${stale} marked stale; failed requests: ${failures.join(", ") || "none"}`,
    `${connections} connections, on which the version went back ${wentBack} times${wentBack > 0 ? " (isolates of one data centre can differ for a moment)" : ""}`,
  ].join("\n");
}

const WIDTHS = [13, 7, 7, 7, 14, 7, 7, 7, 11, 11];

function columns({ p50, p95, p99, max }: Distribution): string[] {
  return [p50, p95, p99, max].map(String);
}
