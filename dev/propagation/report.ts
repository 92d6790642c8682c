/** What was seen of changes on their way, as figures. All times in ms of one clock, that of whoever asked. */

/** A change that the deployment has committed. */
export interface Change {
  version: number;
  value: boolean;
  /** When the write was answered. */
  writtenAt: number;
  /** How long the write took. */
  tookMs: number;
  /** Some sampler did not see it in time. */
  isMissing: boolean;
}

/** An answer, or the lack of one. */
export interface Sample {
  sentAt: number;
  receivedAt: number;
  /** 0: no answer. */
  status: number;
  /** Of the environment, as the answer says; 0: it does not. */
  version: number;
  value: unknown;
  isStale: boolean;
  /** Where it was answered; undefined: the answer does not say. */
  dataCentre: string | undefined;
  connection: number;
}

/** Shares of a list of ms. */
export interface Distribution {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Place {
  /** Null: answers that do not say where they come from. */
  dataCentre: string | null;
  answers: number;
  /** From the write's answer until the first answer at its version or a later one came. */
  firstNew: Distribution;
  /** How long after the write's answer the last question was asked that got an older version; 0 where none did. */
  lastOld: Distribution;
  /** Changes after which nobody got an older version here. */
  neverOld: number;
}

export interface Report {
  changes: number;
  missing: number;
  writes: Distribution;
  answers: number;
  /** Status → how many, other than 200; 0: no answer. */
  failed: Record<string, number>;
  stale: number;
  connections: number;
  /** Answers of an older version than another before it on the same connection. */
  wentBack: number;
  /** Answers whose value is not the one of their version. */
  wrong: number;
  places: Place[];
}

/** `changes`: the state before the first one included, oldest first; it is what the others are compared with. */
export function reportOf([initial, ...changes]: readonly Change[], samples: readonly Sample[]): Report {
  const answered = samples.filter(({ status }) => status === 200);
  const places = Map.groupBy(answered, ({ dataCentre }) => dataCentre ?? null);
  const failed: Record<string, number> = {};
  for (const { status } of samples) if (status !== 200) failed[status] = (failed[status] ?? 0) + 1;
  return {
    changes: changes.length,
    missing: [initial, ...changes].filter((change) => change?.isMissing === true).length,
    writes: distributionOf(changes.map(({ tookMs }) => tookMs)),
    answers: answered.length,
    failed,
    stale: answered.filter(({ isStale }) => isStale).length,
    connections: new Set(answered.map(({ connection }) => connection)).size,
    wentBack: countWentBack(answered),
    wrong: initial === undefined ? 0 : countWrong([initial, ...changes], answered),
    places: [...places]
      .map(([dataCentre, seen]) => placeOf(dataCentre, changes, seen))
      .toSorted((a, b) => (a.dataCentre ?? "~").localeCompare(b.dataCentre ?? "~")),
  };
}

/** By nearest rank, so that each is a time that was measured; zeros for an empty list. */
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
    // It may arrive before the write's own answer does.
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

function countWentBack(samples: readonly Sample[]): number {
  const newest = new Map<number, number>();
  let count = 0;
  for (const { connection, version } of samples.toSorted((a, b) => a.receivedAt - b.receivedAt)) {
    const before = newest.get(connection) ?? 0;
    if (version < before) count++;
    else newest.set(connection, version);
  }
  return count;
}

/** Of versions before the first one here nothing is known. */
function countWrong(changes: readonly Change[], samples: readonly Sample[]): number {
  const valueAt = (version: number) => changes.findLast((change) => change.version <= version)?.value;
  return samples.filter(({ version, value }) => (valueAt(version) ?? value) !== value).length;
}

/** Everything arrived, and every value was that of its version. */
export function isAsPromised({ missing, wrong }: Report): boolean {
  return missing === 0 && wrong === 0;
}

/** For people. */
export function textOf(report: Report): string {
  const { changes, missing, writes, answers, failed, stale, connections, wentBack, wrong, places } = report;
  const rows = places.map(({ dataCentre, firstNew, lastOld, neverOld, answers: here }) => [
    dataCentre ?? "(not said)",
    ...columns(firstNew),
    ...columns(lastOld),
    String(neverOld),
    String(here),
  ]);
  const failures = Object.entries(failed).map(([status, count]) => `${count} × ${status === "0" ? "none" : status}`);
  const isNamed = places.some(({ dataCentre }) => dataCentre !== null);
  return [
    `ms              first new p50    p95    p99    max  last old p50    p95    p99    max  never old  answers`,
    ...rows.map(
      ([name = "", ...figures]) =>
        name.padEnd(16) + figures.map((figure, i) => figure.padStart(WIDTHS[i] ?? 8)).join(""),
    ),
    "",
    "first new: from the write's answer until the first answer at its version came",
    "last old:  how long after the write's answer somebody still asked who got an older version",
    `data centres: ${isNamed ? "as cf-ray names them" : "no answer names one (cf-ray), so all count as one place"}`,
    "",
    `${changes} changes, written in p50 ${writes.p50}, p99 ${writes.p99} ms; ${missing} did not arrive in time`,
    `${answers} answers: ${wrong} not the value of their version, ${stale} marked stale; other than 200: ${failures.join(", ") || "none"}`,
    `${connections} connections, on which versions went back ${wentBack} times${wentBack > 0 ? " (isolates of one data centre may differ by a moment)" : ""}`,
  ].join("\n");
}

const WIDTHS = [13, 7, 7, 7, 14, 7, 7, 7, 11, 9];

function columns({ p50, p95, p99, max }: Distribution): string[] {
  return [p50, p95, p99, max].map(String);
}
