/** Figures of a run. All times are in ms. */
import { environmentTag, flagTag, headTag } from "../../src/delivery/publish/purge-targets.ts";
import type { TestProject } from "../../test/support/project.ts";
import type { PurgeCall } from "../../dev/endpoints/purge-endpoint.ts";
import { ENVIRONMENT, type Commit } from "./fleet.ts";
import type { Reader, Sample } from "./readers.ts";
import { flagKey, type Update } from "./writers.ts";

/** Percentiles by nearest rank, so that each is a measured time. */
export function percentiles(times: readonly number[]): string {
  if (times.length === 0) return "none";
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`;
}

/** Returns for each commit how long it took until the reader's first response at its version or a later one. */
export function timesToSee(
  commits: readonly Commit[],
  samples: readonly Sample[],
): { times: number[]; unseen: number } {
  const times: number[] = [];
  let unseen = 0;
  const ordered = samples.toSorted((a, b) => a.receivedAt - b.receivedAt);
  let next = 0;
  for (const { version, at } of commits.toSorted((a, b) => a.version - b.version)) {
    while (next < ordered.length && ordered[next]!.version < version) next += 1;
    const seen = ordered[next];
    if (seen === undefined) unseen += 1;
    else times.push(Math.max(0, seen.receivedAt - at));
  }
  return { times, unseen };
}

/** Returns for each commit how long it took until a call that purges its flag and its head was accepted. */
export function timesToPurge(
  commits: readonly Commit[],
  updates: readonly Update[],
  calls: readonly PurgeCall[],
  prefix: string,
): { times: number[]; unpurged: number } {
  const flagAt = new Map(updates.map(({ version, flag }) => [version, flag]));
  const all = environmentTag(prefix, ENVIRONMENT);
  const head = headTag(prefix, ENVIRONMENT);
  const sets = calls.map(({ at, tags }) => ({ at, tags: new Set(tags) }));
  const times: number[] = [];
  let unpurged = 0;
  for (const { version, at } of commits) {
    const tag = flagTag(prefix, ENVIRONMENT, flagKey(flagAt.get(version) ?? -1));
    const call = sets.find((one) => one.at >= at && (one.tags.has(all) || (one.tags.has(head) && one.tags.has(tag))));
    if (call === undefined) unpurged += 1;
    else times.push(call.at - at);
  }
  return { times, unpurged };
}

/** One value of a flag, as the database recorded it in the audit. */
export interface Recorded {
  version: number;
  flag: number;
  value: number;
}

/**
 * Reads every value that the flags have had. A write whose response was lost or was an error may have committed, so
 * that only the database knows all of them.
 */
export async function readRecorded({ backends: { neon } }: TestProject): Promise<Recorded[]> {
  const rows = await neon.query<{ version: number; key: string; variant: string }>(
    `select version::int as version, key, after #>> '{default_serve,variant}' as variant from audit
    where environment = $1 and entity = 'configuration' order by version`,
    [ENVIRONMENT],
  );
  return rows.map(({ version, key, variant }) => ({
    version,
    flag: Number(key.slice("flag-".length)),
    value: Number(variant.slice("v".length)),
  }));
}

/** Describes each response with values that its version did not have, or with a version that went back. */
export function wrongResponses(readers: readonly Reader[], recorded: readonly Recorded[]): string[] {
  return readers.flatMap(({ isolate, samples }) =>
    [...wrongConfirmed(samples, recorded), ...wrongStale(samples, recorded)].map((why) => `${isolate.name}: ${why}`),
  );
}

function wrongConfirmed(samples: readonly Sample[], recorded: readonly Recorded[]): string[] {
  const truth: Recorded[] = [];
  const wrong: string[] = [];
  let next = 0;
  let newest = 0;
  for (const { version, values, isStale } of samples) {
    if (isStale) continue;
    if (version < newest) wrong.push(`version ${version} after ${newest}`);
    newest = Math.max(newest, version);
    for (; next < recorded.length && recorded[next]!.version <= version; next++) {
      truth[recorded[next]!.flag] = recorded[next]!;
    }
    const differing = truth.filter(({ flag, value }) => version === newest && values[flag] !== value);
    const [one] = differing;
    if (one === undefined) continue;
    const { flag, value, version: since } = one;
    const example = `${flagKey(flag)} is ${values[flag]}, but has been ${value} since version ${since}`;
    wrong.push(`at version ${version}, ${differing.length} flags differ: ${example}`);
  }
  return wrong;
}

/** A stale response may mix versions, but no flag may be older than the response claims. */
function wrongStale(samples: readonly Sample[], recorded: readonly Recorded[]): string[] {
  return samples
    .filter(({ isStale }) => isStale)
    .flatMap(({ version, values }) => {
      const accepted = values.map(() => new Set<number>());
      for (const one of recorded) {
        if (one.version <= version) accepted[one.flag]?.clear();
        accepted[one.flag]?.add(one.value);
      }
      const flag = values.findIndex((value, at) => accepted[at]?.has(value) !== true);
      return flag === -1 ? [] : [`stale at version ${version}, ${flagKey(flag)} is ${values[flag]}, which is older`];
    });
}
