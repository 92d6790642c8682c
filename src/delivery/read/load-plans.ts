import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { FlagReader } from "../../store/readings/flag-reader.ts";
import type { Reading } from "../../flags/reading.ts";
import type { EnvironmentState } from "../environment.ts";

/** The flag keys that Redis lacked, or all of the environment. */
export type Missing = readonly string[] | "all";

/** One kind of load: which part of an environment it brings into L1, and how each tier is asked for it. */
export interface LoadPlan {
  /** Loads of the same name at the same time share one flight. */
  name: string;
  /** The flags that the data centre's entries can bring; `undefined` if the plan needs a tier behind it. */
  flagKeys?: readonly string[] | "all";
  /** Asks Redis with one command. Returns what is still missing, `undefined` if nothing is. */
  fromRedis: (tiers: TieredCache<CompiledFlag>) => Promise<Missing | undefined>;
  /**
   * Asks the store for what is missing, at most `partFlags` flags of it; for all of the plan if Redis was not asked.
   * `since` is the version that the isolate knows.
   */
  fromStore: (
    reader: FlagReader,
    missing: Missing | undefined,
    since: number | undefined,
    partFlags: number,
  ) => Promise<Reading | undefined>;
  /** If the store may be asked for parts: returns what L1 has not got since then (ms since epoch). */
  missingSince?: (startedAt: number) => Missing;
}

/** Some flags, with the head and the SDK keys. */
export function planFlags({ name: environment, memory }: EnvironmentState, flagKeys: readonly string[]): LoadPlan {
  return {
    name: `flags:${environment}/${flagKeys.join(",")}`,
    flagKeys,
    fromRedis: async (tiers) => {
      const { found, missing } = await tiers.fetch(environment, flagKeys);
      if (!found) return flagKeys;
      return missing.length > 0 || memory.keys === undefined ? missing : undefined;
    },
    fromStore: (reader, missing, since) =>
      reader.readFlags(environment, missing === undefined || missing === "all" ? flagKeys : missing, since),
  };
}

/** All flags, with the head, the index and the SDK keys. The store is asked for large environments in parts. */
export function planEnvironment({ name: environment, memory }: EnvironmentState): LoadPlan {
  return {
    name: `all:${environment}`,
    flagKeys: "all",
    fromRedis: async (tiers) => {
      const { found, missing } = await tiers.fetchAll(environment);
      if (!found || missing === "all" || memory.keys === undefined) return "all";
      return missing.length > 0 ? missing : undefined;
    },
    fromStore: (reader, missing, since, partFlags) =>
      missing === undefined || missing === "all"
        ? reader.readEnvironment(environment, since, partFlags)
        : reader.readFlags(environment, missing.slice(0, partFlags), since),
    missingSince(startedAt) {
      if (memory.index === undefined || memory.keys === undefined) return "all";
      return memory.index.filter((key) => (memory.current(key)?.cachedAt ?? 0) < startedAt);
    },
  };
}

/** The head, and the flags held here that have changed. */
export function planHead({ name: environment }: EnvironmentState): LoadPlan {
  return {
    name: `head:${environment}`,
    fromRedis: async (tiers) => ((await tiers.checkHead(environment)) === "unknown" ? [] : undefined),
    fromStore: (reader, _missing, since) => reader.readFlags(environment, [], since),
  };
}
