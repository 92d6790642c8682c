/**
 * Computes the monthly cost of a deployment from published prices and the round trips that the tests count. Nothing is
 * measured here. `npm run cost` prints these two cost tables of docs/scale.md, and that of cost-usage.ts.
 */
import { fileURLToPath } from "node:url";
import { livesFor, lost, misses } from "./cost-arrivals.ts";

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
  analytics: { pointsIncluded: 10e6, perMillionPoints: 0.25 },
  neon: { perComputeHour: 0.106, smallestCompute: 0.25, perGigabyteMonth: 0.35 },
} as const;

/**
 * Redis commands, as these tests count them: round-trips.test.ts, confirmed-entries.test.ts,
 * entries/cold-isolates.test.ts and entries/lost-entries.test.ts in test/integration/delivery/,
 * …/management/round-trips.test.ts and …/purge/restored-backup.test.ts.
 */
export const ROUND_TRIPS = {
  /** A head check, or a read of flags that confirms the head as well. */
  read: 1,
  /** Either of them in an isolate whose data centre has the head. */
  sharedRead: 0,
  /** A read of the whole environment by an isolate that holds a part of it, for its data centre's entry. */
  whole: 1,
  /** The write of an update, and its second publication by the sweep. */
  update: 2,
  /** A sweep's search for a restored database. */
  sweep: 2,
  /** A read that Redis has nothing for: the read, and the write after the response. */
  cold: 2,
} as const;

const DAYS = 365.25 / 12;
export const MONTH_SECONDS = DAYS * 24 * 3600;
const GIGABYTE = 1e9;

/**
 * The things that the isolates of a data centre share: heads until a purge, heads until the next head check is due, or
 * nothing, as on workers.dev.
 */
export type Sharing = "purged heads" | "timed heads" | "nothing";

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
  /**
   * Whether a request evaluates every flag, as in browsers. Otherwise it evaluates one; each flag is equally likely.
   */
  isBulk: boolean;
  sharing: Sharing;
  /** How long an isolate lives. A new one holds nothing. */
  isolateHours: number;
  /** How long a data centre keeps an entry that is seldom used, on average. */
  entryHours: number;
  /** The time from an isolate's look for a head until the head that it read from Redis is at the data centre (ms). */
  headMs: number;
  /** CPU time of one request. */
  cpuMs: number;
}

export const BASE: Omit<Load, "evaluations" | "isBulk" | "sharing"> = {
  dataCentres: 300,
  isolates: 10,
  environments: 1,
  flags: 200,
  documentBytes: 740,
  updates: 1000,
  isolateHours: 24,
  entryHours: 6,
  headMs: 30,
  cpuMs: 1,
};

const HEAD_CHECK_SECONDS = 1;
const PURGED_HEAD_SECONDS = 30;
/** CACHE_L1_TTL_SECONDS: an isolate without a request for longer than this reads its flags again. */
const L1_GAP_SECONDS = 300;
const L2_TTL_SECONDS = 900;
/** The purge of a data centre's head and its two repeats, by the writer and by the sweep. */
const PURGES_PER_UPDATE = 6;

export interface Usage {
  /** Requests of the worker: evaluations, updates and a sweep each minute. */
  requests: number;
  /** Redis commands, by purpose. */
  commands: {
    /** Head checks, and reads of flags that isolates lack. */
    heads: number;
    flags: number;
    /** Reads of whole environments for entries. */
    entries: number;
    expiry: number;
    updates: number;
    sweeps: number;
    total: number;
  };
  /** The data that Redis sends. */
  gigabytes: number;
  /** Queries of Postgres. */
  queries: number;
}

/** Redis commands per second of one environment in one data centre. */
interface Reads {
  heads: number;
  flags: number;
  entries: number;
}

/** Returns the reads of a data centre whose isolates share nothing. */
function readsAlone(load: Load, rate: number): Reads {
  const flags = lacking(load, rate);
  // A read of flags confirms the head in the same command.
  const heads = (1 - flags / (rate || 1)) * misses(rate, HEAD_CHECK_SECONDS);
  return { heads: heads * load.isolates, flags: flags * load.isolates, entries: 0 };
}

/**
 * Returns the reads of a data centre whose isolates share heads and environments: one of them reads what all of them
 * lack. Updates are assumed to be more than `CACHE_ENTRY_SECONDS` apart.
 */
function readsTogether(load: Load, rate: number): Reads {
  const { isolates, environments, isBulk, sharing, headMs, entryHours } = load;
  const isPurged = sharing === "purged heads";
  const all = rate * isolates;
  const updates = load.updates / environments / MONTH_SECONDS;
  // Each isolate looks once a second. Without purges, all of them have to look when the head has expired.
  const looks = isPurged ? misses(rate, HEAD_CHECK_SECONDS) * isolates : all;
  const seconds = isPurged ? livesFor(PURGED_HEAD_SECONDS, updates * PURGES_PER_UPDATE) : HEAD_CHECK_SECONDS;
  // An isolate that looks before the head has arrived asks Redis too.
  const commands = Math.min(looks, misses(looks, seconds) * (1 + (looks * headMs) / 1000));
  const flags = rate === 0 ? 0 : (commands * lacking(load, rate)) / rate;
  const losses = updates + 1 / (entryHours * 3600);
  // An isolate that holds everything stores the entry without another read.
  const entries = isBulk || all === 0 ? 0 : (all * losses) / (all + losses);
  return { heads: commands - flags, flags, entries };
}

/** Returns how many of an isolate's requests per second ask for flags that it does not hold. */
function lacking({ isBulk, flags, isolateHours }: Load, rate: number): number {
  return lost(rate, L1_GAP_SECONDS, 1 / (isolateHours * 3600), isBulk ? 1 : flags);
}

export function usageOf(load: Load): Usage {
  const { evaluations, dataCentres, environments, flags, documentBytes, updates, isBulk, sharing } = load;
  // Each isolate keeps a head and flags for every environment.
  const rate = evaluations / MONTH_SECONDS / dataCentres / load.isolates / environments;
  const reads = sharing === "nothing" ? readsAlone(load, rate) : readsTogether(load, rate);
  const month = MONTH_SECONDS * dataCentres * environments;
  const heads = reads.heads * month;
  const flagReads = reads.flags * month;
  const entries = reads.entries * month;
  // The hash in Redis expires without writes, and then each kind of read misses once. An update extends its lifetime.
  const ends = (environments * MONTH_SECONDS) / L2_TTL_SECONDS;
  const expired = Math.min(ends * (isBulk ? 1 : flags), flagReads) + Math.min(ends, heads) + entries;
  const sweeps = MONTH_SECONDS / 60;
  const commands = {
    heads: heads * ROUND_TRIPS.read,
    flags: flagReads * ROUND_TRIPS.read,
    entries: entries * ROUND_TRIPS.whole,
    expiry: expired * (ROUND_TRIPS.cold - ROUND_TRIPS.read),
    updates: updates * ROUND_TRIPS.update,
    sweeps: sweeps * ROUND_TRIPS.sweep,
  };
  const wholeBytes = flags * documentBytes;
  return {
    requests: evaluations + updates + sweeps,
    commands: { ...commands, total: Object.values(commands).reduce((sum, count) => sum + count, 0) },
    gigabytes: (flagReads * (isBulk ? wholeBytes : documentBytes) + entries * wholeBytes) / GIGABYTE,
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

/** Formats US dollars. */
export const dollars = (amount: number) => `$${Math.round(amount).toLocaleString("en-US")}`;
/** Formats a large number with three digits. */
export const count = (value: number) =>
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
const SHARINGS: [name: string, sharing: Sharing][] = [
  ["shared head, purges", "purged heads"],
  ["shared head, no purge", "timed heads"],
  ["workers.dev", "nothing"],
];

/** Returns the two cost tables of docs/scale.md in their order. */
export function costTables(): string[] {
  const months = SIZES.flatMap((evaluations) =>
    [false, true].flatMap((isBulk) =>
      SHARINGS.map(([name, sharing]) => {
        const load: Load = { ...BASE, evaluations, isBulk, sharing };
        const { commands, gigabytes } = usageOf(load);
        const { workers, upstash, neon, total } = costOf(load);
        const cells = [commands.total, gigabytes].map(count);
        const kind = `${isBulk ? "all flags" : "one flag"}, ${name}`;
        return [count(evaluations), kind, ...cells, ...[workers, upstash, neon, total].map(dollars)];
      }),
    ),
  );
  const typical: Load = { ...BASE, evaluations: 100e6, isBulk: false, sharing: "purged heads" };
  const growth = (
    [
      ["100 M of one flag, shared head, purges", {}],
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
