/**
 * Computes the monthly cost of a deployment from published prices and the round trips that the tests count. Nothing is
 * measured here. `npm run cost` prints the tables of docs/scale.md.
 */
import { fileURLToPath } from "node:url";

/** Prices in US dollars as published in November 2026. docs/scale.md names the vendors' pages. */
export const PRICES = {
  workers: {
    base: 5,
    requestsIncluded: 10e6,
    perMillionRequests: 0.3,
    cpuMsIncluded: 30e6,
    perMillionCpuMs: 0.02,
  },
  upstash: { perMillionCommands: 2, gigabytesIncluded: 200, perGigabyte: 0.03 },
  neon: { perComputeHour: 0.106, smallestCompute: 0.25, perGigabyteMonth: 0.35 },
} as const;

/**
 * Redis commands, as these tests count them: test/integration/delivery/round-trips.test.ts,
 * …/delivery/confirmed-entries.test.ts and …/management/round-trips.test.ts.
 */
export const ROUND_TRIPS = {
  /** A read of a flag that memory does not have. */
  read: 1,
  headCheck: 1,
  /** A purge after an update. */
  update: 1,
  /** A read of a flag that Redis does not have either: the read, and the write after the response. */
  cold: 2,
} as const;

const DAYS = 365.25 / 12;
export const MONTH_SECONDS = DAYS * 24 * 3600;
const GIGABYTE = 1e9;

/** The traffic and the configuration of a deployment. */
export interface Load {
  /** Evaluations per month. */
  evaluations: number;
  dataCentres: number;
  /** Isolates in each data centre. They share its requests evenly. */
  isolates: number;
  environments: number;
  /** Flags per environment. */
  flags: number;
  /** Size of a flag document as JSON. */
  documentBytes: number;
  /** Updates per month in all environments together. */
  updates: number;
  /** Whether a request evaluates every flag, as in browsers. Otherwise it evaluates one flag, each equally often. */
  isBulk: boolean;
  /** Whether data centres keep heads, which takes a zone and a purge token. Otherwise isolates read them from Redis. */
  hasEdgeHeads: boolean;
  /** CACHE_L1_TTL_SECONDS: an isolate without a request for longer than this reads its flags again. */
  l1TtlSeconds: number;
  /** How long an isolate lives. A new one holds nothing. */
  isolateHours: number;
  /** CPU time of one request. */
  cpuMs: number;
}

export const BASE: Omit<Load, "evaluations" | "isBulk" | "hasEdgeHeads"> = {
  dataCentres: 300,
  isolates: 10,
  environments: 1,
  flags: 200,
  documentBytes: 740,
  updates: 1000,
  l1TtlSeconds: 300,
  isolateHours: 24,
  cpuMs: 1,
};

const HEAD_CHECK_SECONDS = 1;
const EDGE_HEAD_SECONDS = 30;
const L2_TTL_SECONDS = 900;
/** The purge of a data centre's entry and its two repetitions. */
const PURGES_PER_UPDATE = 3;

export interface Usage {
  /** Requests of the worker: evaluations, updates and a sweep each minute. */
  requests: number;
  /** Redis commands, by purpose. */
  commands: {
    heads: number;
    flags: number;
    expiry: number;
    snapshots: number;
    updates: number;
    sweeps: number;
    total: number;
  };
  /** The data that Redis sends. */
  gigabytes: number;
  /** Queries of Postgres. */
  queries: number;
}

/**
 * Returns how many of `rate` requests per second, at random times, find no entry younger than `ttl` seconds.
 */
export function misses(rate: number, ttl: number): number {
  return rate / (1 + rate * ttl);
}

/** Returns how many requests per second, at random times, need a read because the isolate holds nothing right. */
function readsOf({ isBulk, hasEdgeHeads, ...load }: Load, rate: number): number {
  const kinds = isBulk ? 1 : load.flags;
  // A head from Redis brings the changed flags along. A head from the data centre brings only their names, except to
  // the isolate that stored it.
  const changes = hasEdgeHeads ? (load.updates / load.environments) * (1 - 1 / load.isolates) : 0;
  const lossRate = 1 / (load.isolateHours * 3600) + changes / MONTH_SECONDS / kinds;
  return lost(rate, load.l1TtlSeconds, lossRate, kinds);
}

/**
 * Returns how many of `rate` requests per second, at random times and for one of `kinds` entries, do not find their
 * entry: since the last request for it, two requests were more than `gap` seconds apart, or it was lost in another way,
 * which happens `lossRate` times per second.
 */
export function lost(rate: number, gap: number, lossRate: number, kinds: number): number {
  // An entry survives until the next request of any kind with probability `kept`, and this repeats until a request is
  // of its own kind.
  const kept = (rate / (rate + lossRate || 1)) * -Math.expm1(-(rate + lossRate) * gap);
  return (rate * (1 - kept)) / (1 - (1 - 1 / kinds) * kept);
}

export function usageOf(load: Load): Usage {
  const { evaluations, dataCentres, environments, flags, documentBytes, updates, isBulk, hasEdgeHeads } = load;
  const isolates = dataCentres * load.isolates;
  // Each isolate keeps a head and flags for every environment.
  const rate = evaluations / MONTH_SECONDS / isolates / environments;
  const month = MONTH_SECONDS * isolates * environments;
  const kinds = isBulk ? 1 : flags;
  const reads = readsOf(load, rate);
  const heldShare = rate === 0 ? 1 : 1 - reads / rate;
  // A read of flags confirms the head in the same command.
  const checks = misses(rate, HEAD_CHECK_SECONDS) * heldShare;
  const edgeMisses = misses(checks * load.isolates, EDGE_HEAD_SECONDS) * MONTH_SECONDS * dataCentres * environments;
  const edgePurged = Math.min(checks * month, updates * PURGES_PER_UPDATE * dataCentres);
  const heads =
    (hasEdgeHeads ? Math.min(checks * month, edgeMisses + edgePurged) : checks * month) * ROUND_TRIPS.headCheck;
  // The hash in Redis expires without writes, and then each kind of read misses once. An update extends its lifetime.
  const ends = (environments * MONTH_SECONDS) / L2_TTL_SECONDS;
  const expired = Math.min(ends * kinds, reads * month) + Math.min(ends, heads);
  // With single flags, one isolate per data centre reads the others for the snapshot, after a change and once a day.
  const snapshots = isBulk ? 0 : Math.min(evaluations, (updates + DAYS * environments) * dataCentres);
  const sweeps = MONTH_SECONDS / 60;
  const commands = {
    heads,
    flags: reads * month * ROUND_TRIPS.read,
    expiry: expired * (ROUND_TRIPS.cold - ROUND_TRIPS.read),
    snapshots: snapshots * ROUND_TRIPS.read,
    updates: updates * ROUND_TRIPS.update,
    sweeps: sweeps * environments,
  };
  const wholeBytes = flags * documentBytes;
  const flagBytes = reads * month * (isBulk ? wholeBytes : documentBytes);
  return {
    requests: evaluations + updates + sweeps,
    commands: { ...commands, total: Object.values(commands).reduce((sum, count) => sum + count, 0) },
    gigabytes: (flagBytes + snapshots * wholeBytes) / GIGABYTE,
    queries: expired + updates + 2 * sweeps,
  };
}

export interface Cost {
  workers: number;
  upstash: number;
  neon: number;
  total: number;
}

/** Returns US dollars per month. */
export function costOf(load: Load): Cost {
  const { requests, commands, gigabytes } = usageOf(load);
  const { environments, flags, documentBytes, cpuMs } = load;
  const storedGigabytes = (environments * flags * documentBytes * 4) / GIGABYTE;
  return priceOf({ requests, cpuMs, commands: commands.total, gigabytes, storedGigabytes });
}

/** The resources that a month takes. */
export interface Consumption {
  /** Requests of the worker, and the CPU time of each. */
  requests: number;
  cpuMs: number;
  /** Redis commands, and the data that Redis sends. */
  commands: number;
  gigabytes: number;
  /** The data in Postgres. */
  storedGigabytes: number;
}

/** Returns US dollars per month. */
export function priceOf({ requests, cpuMs, commands, gigabytes, storedGigabytes }: Consumption): Cost {
  const { workers: w, upstash: u, neon: n } = PRICES;
  const beyond = (used: number, included: number) => Math.max(0, used - included);
  const workers =
    w.base +
    (beyond(requests, w.requestsIncluded) / 1e6) * w.perMillionRequests +
    (beyond(requests * cpuMs, w.cpuMsIncluded) / 1e6) * w.perMillionCpuMs;
  const upstash = (commands / 1e6) * u.perMillionCommands + beyond(gigabytes, u.gigabytesIncluded) * u.perGigabyte;
  // The sweep queries Postgres every minute, so the smallest compute never scales to zero.
  const neon = (MONTH_SECONDS / 3600) * n.smallestCompute * n.perComputeHour + storedGigabytes * n.perGigabyteMonth;
  return { workers, upstash, neon, total: workers + upstash + neon };
}

const dollars = (amount: number) => `$${Math.round(amount).toLocaleString("en-US")}`;
const count = (value: number) =>
  value >= 1e9
    ? `${Number((value / 1e9).toPrecision(3))} B`
    : value >= 1e6
      ? `${Number((value / 1e6).toPrecision(3))} M`
      : Math.round(value).toLocaleString("en-US");

/** Returns a table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const SIZES = [1e6, 100e6, 1e9];
const WAYS: [name: string, isBulk: boolean, hasEdgeHeads: boolean, l1TtlSeconds: number][] = [
  ["one flag, head in Redis", false, false, 300],
  ["one flag, head at the data centre", false, true, 300],
  ["one flag, head at the data centre, gaps of an hour", false, true, 3600],
  ["all flags, head in Redis", true, false, 300],
  ["all flags, head at the data centre", true, true, 300],
  ["all flags, head at the data centre, gaps of an hour", true, true, 3600],
];

/** Returns the tables of docs/scale.md in their order. */
export function costTables(): string[] {
  const months = SIZES.flatMap((evaluations) =>
    WAYS.map(([name, isBulk, hasEdgeHeads, l1TtlSeconds]) => {
      const load: Load = { ...BASE, evaluations, isBulk, hasEdgeHeads, l1TtlSeconds };
      const { commands, gigabytes } = usageOf(load);
      const { workers, upstash, neon, total } = costOf(load);
      const cells = [commands.total, gigabytes].map(count);
      return [count(evaluations), name, ...cells, ...[workers, upstash, neon, total].map(dollars)];
    }),
  );
  const typical: Load = { ...BASE, evaluations: 100e6, isBulk: false, hasEdgeHeads: true, l1TtlSeconds: 3600 };
  const growth = (
    [
      ["100 M of one flag, head at the data centre, gaps of an hour", {}],
      ["10 × the flags", { flags: BASE.flags * 10 }],
      ["10 × the environments, sharing the evaluations", { environments: 10 }],
      ["3 × the isolates", { isolates: BASE.isolates * 3 }],
      ["10 × the updates", { updates: BASE.updates * 10 }],
      ["isolates that live for an hour", { isolateHours: 1 }],
    ] as [string, Partial<Load>][]
  ).map(([name, change]) => {
    const load = { ...typical, ...change };
    const { commands, queries } = usageOf(load);
    return [name, count(commands.total), count(queries), dollars(costOf(load).total)];
  });
  return [
    table(
      ["requests", "kind of request", "Redis commands", "GB from Redis", "Workers", "Upstash", "Neon", "a month"],
      months,
    ),
    table(["growth", "Redis commands", "Postgres queries", "a month"], growth),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(costTables().join("\n\n"));
