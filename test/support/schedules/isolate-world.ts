import type { CacheScripts } from "../../../src/cache/redis/load-scripts.ts";
import type { Publication } from "../../../src/delivery/publish/publisher.ts";
import type { EntryCache } from "../../../src/delivery/entries/entry-cache.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import type { Outbox } from "../../../src/store/outbox.ts";
import type { FakeClock } from "../fake-clock.ts";
import type { VersionHistory, Write } from "./version-history.ts";

export const ENVIRONMENT = "prod";
export const PREFIX = "burgee";

/** A safeguard of the data centre's entries, which a control removes. */
export type EntrySafeguard =
  | "the version in the names of entries"
  | "the tag in the names of entries"
  | "the time at which a head was confirmed";

export interface WorldOptions {
  scripts?: CacheScripts;
  /** Reads go to a replica of Redis that is as old as the last copy. */
  hasReplica?: boolean;
  /** A reply arrives in a step of its own. Needed if two actors share an isolate. */
  hasSlowReplies?: boolean;
  /** A write passes the changed documents to the purge. */
  writesThrough?: boolean;
  /** Redis loses everything at some point, including the fence. */
  losesRedis?: boolean;
  /** The schema versions of the isolates, in turn, as while two releases run at once. */
  schemaVersions?: readonly number[];
  /**
   * The data centre keeps heads. All purges reach it, or only the first of each isolate, or none, or there are none
   * because the worker has no purge transport.
   */
  keptHeads?: "purged" | "purged once" | "not purged" | "no transport";
  /** The data centre also keeps entries of environments. */
  keepsEntries?: boolean;
  /** A safeguard of these entries to go without. */
  entriesWithout?: EntrySafeguard;
  /** How far the clocks of the isolates are ahead, in turn (ms). */
  clocks?: readonly number[];
  /** The database is restored at some point, and gives version numbers out again. */
  restoresStore?: boolean;
  /** Changes lead on from the tag that the version before had at first, as if nothing had been restored. */
  hidesRestoresInChanges?: boolean;
}

/** The parts of the scheduled world that one isolate uses. */
export interface IsolateWorld {
  readonly store: VersionHistory;
  readonly clock: FakeClock;
  readonly options: WorldOptions;
  /** Whether changes purge the data centre. */
  readonly hasPurge: boolean;
  readonly problems: string[];
  readonly purged: { version: number; at: number }[];
  io<T>(who: string, name: string, apply: () => T): Promise<T>;
  commit(who: string, kind: Write, key: string): Promise<Publication>;
  command(who: string, command: readonly string[]): Promise<unknown>;
  entryCache(who: string, now: () => number): EntryCache;
  purgeApi(who: string): typeof fetch;
  reading(flagKeys: readonly string[] | "all", since: number | undefined): Reading;
  outbox(who: string): Outbox;
  floor(): number;
}
