/** Computes the monthly cost of counting evaluations. `npm run cost` prints its table of docs/scale.md. */
import { fileURLToPath } from "node:url";
import { BASE, count, dollars, type Load, MONTH_SECONDS, PRICES, table } from "./cost.ts";

/** How isolates report, as src/usage/ does it. A test compares these with the code. */
export const REPORTS = {
  /** The pauses between the first reports of an isolate, and between the later ones (seconds). */
  first: [10, 40, 160],
  later: 600,
  /** An isolate reports sooner after so many requests. */
  requests: 1024,
} as const;

/** The size of one count in a report, and of the script that each report carries (bytes). A test measures both. */
export const COUNT_BYTES = 65;
export const SCRIPT_BYTES = 2200;
/** The counts of one flag in an hour: variants and rules that occur. */
const OUTCOMES = 1.5;
/** The size of one row with its indexes (bytes), and the rows that Postgres keeps of each count. */
const ROW_BYTES = 250;
const ROWS = 30 * 24 + 400;
/** A sweep sets the counts apart, reads them, and deletes them. */
const COMMANDS_PER_SWEEP = 2;
const POINTS_PER_SWEEP = 250;

/** The consumption of counting in a month. */
export interface Counting {
  reports: number;
  commands: number;
  gigabytes: number;
  storedGigabytes: number;
  /** Points of Analytics Engine, if it is bound. */
  points: number;
}

/** Returns an upper bound: an isolate reports at each end of a pause, and also after every 1,024 requests. */
export function countingOf(load: Load): Counting {
  const { evaluations, dataCentres, isolates, isolateHours, environments, flags, isBulk } = load;
  const lives = (dataCentres * isolates * MONTH_SECONDS) / (isolateHours * 3600);
  const early = REPORTS.first.reduce((sum, pause) => sum + pause, 0);
  const later = Math.max(0, isolateHours * 3600 - early) / REPORTS.later;
  const reports = Math.min(evaluations, lives * (REPORTS.first.length + later) + evaluations / REPORTS.requests);
  // The first report of an isolate is preceded by one without counts.
  const greetings = Math.min(evaluations, lives);
  // A report of single flags has those that were drawn from all of them since the last one.
  const requests = reports === 0 ? 0 : evaluations / reports;
  const all = flags * environments;
  const reported = isBulk ? Math.min(requests, environments) * flags : all * (1 - Math.exp(-requests / all));
  const sweeps = MONTH_SECONDS / 60;
  const hourly = all * OUTCOMES;
  return {
    reports,
    commands: reports + greetings + sweeps * COMMANDS_PER_SWEEP,
    gigabytes: (reports * (SCRIPT_BYTES + reported * OUTCOMES * COUNT_BYTES) + sweeps * hourly * COUNT_BYTES) / 1e9,
    storedGigabytes: (hourly * ROWS * ROW_BYTES) / 1e9,
    points: sweeps * Math.min(hourly, POINTS_PER_SWEEP),
  };
}

/** Returns US dollars per month. The bandwidth that Upstash includes is left to the reads of flags. */
export function costOfCounting(load: Load): number {
  const { upstash, neon, analytics } = PRICES;
  const { commands, gigabytes, storedGigabytes, points } = countingOf(load);
  return (
    (commands / 1e6) * upstash.perMillionCommands +
    gigabytes * upstash.perGigabyte +
    storedGigabytes * neon.perGigabyteMonth +
    (Math.max(0, points - analytics.pointsIncluded) / 1e6) * analytics.perMillionPoints
  );
}

/** Returns the table of docs/scale.md. */
export function countingTable(): string {
  const cases: [name: string, change: Partial<Load>][] = [
    ["one flag", {}],
    ["all flags", { isBulk: true }],
    ["all flags, isolates that live for an hour", { isBulk: true, isolateHours: 1 }],
  ];
  const rows = [1e6, 100e6, 1e9].flatMap((evaluations) =>
    cases.map(([name, change]) => {
      const load: Load = { ...BASE, evaluations, isBulk: false, sharing: "purged heads", ...change };
      const { reports, gigabytes, points } = countingOf(load);
      return [count(evaluations), name, count(reports), count(gigabytes), count(points), dollars(costOfCounting(load))];
    }),
  );
  return table(["requests", "kind of request", "reports", "GB to Redis", "points", "a month"], rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`\n${countingTable()}`);
