/** Figures of a run. All times are in ms. */
import { environmentTag, flagTag, headTag } from "../../src/delivery/publish/purge-targets.ts";
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

/** Counts values that differ from those of the version that their response claims, and versions that go back. */
export function wrongResponses(readers: readonly Reader[], updates: readonly Update[], flags: number): number {
  const ordered = updates.toSorted((a, b) => a.version - b.version);
  let wrong = 0;
  for (const { samples } of readers) {
    const truth = Array.from({ length: flags }, () => 0);
    let next = 0;
    let newest = 0;
    for (const { version, values } of samples) {
      if (version < newest) wrong += 1;
      newest = Math.max(newest, version);
      for (; next < ordered.length && ordered[next]!.version <= newest; next++) {
        truth[ordered[next]!.flag] = ordered[next]!.value;
      }
      if (version === newest && truth.some((value, flag) => values[flag] !== value)) wrong += 1;
    }
  }
  return wrong;
}
