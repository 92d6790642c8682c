import { SUPERSEDED } from "../../cache/flag-cache.ts";
import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { FlagIndex } from "../../flags/reading.ts";

/** Every flag of an environment, sorted by key. */
export interface FlagSet {
  all: readonly CompiledFlag[];
  clientVisible: readonly CompiledFlag[];
  /** Whether any flag reads `request.*`. */
  readsRequest: boolean;
}

/** The set of flags that L1 holds, and how long it is right. */
export interface FlagSetView extends FlagSet {
  generation: number;
  /** When the oldest and the youngest of its entries were stored (ms since epoch). */
  oldestAt: number;
  youngestAt: number;
  /** When the first of its entries expires, unless a gap between confirmations ends them before (ms since epoch). */
  expiresAt: number;
  /** Whether a change has superseded part of it. */
  isSuperseded: boolean;
  /** The environment's version, or the oldest version among superseded entries. */
  version: number;
}

export function flagSetOf(all: readonly CompiledFlag[]): FlagSet {
  return {
    all,
    clientVisible: all.filter((flag) => flag.clientVisible),
    readsRequest: all.some((flag) => flag.readsRequest),
  };
}

/** Returns the environment's flags if L1 holds all of them fresh, or at all with `orStale`; else `undefined`. */
export function viewOf(memory: MemoryEnvironment<CompiledFlag>, orStale: boolean): FlagSetView | undefined {
  const index = orStale ? memory.lastIndex : memory.index;
  if (index === undefined) return undefined;
  const all: CompiledFlag[] = [];
  let { version } = memory;
  let expiresAt = Number.POSITIVE_INFINITY;
  let oldestAt = Number.POSITIVE_INFINITY;
  let youngestAt = 0;
  for (const key of index) {
    const entry = orStale ? memory.peek(key) : memory.lookup(key);
    if (entry === undefined) return undefined;
    if (entry.value !== null) all.push(entry.value);
    if (entry.expiresAt === SUPERSEDED) version = Math.min(version, entry.asOf);
    expiresAt = Math.min(expiresAt, entry.expiresAt);
    oldestAt = Math.min(oldestAt, entry.cachedAt);
    youngestAt = Math.max(youngestAt, entry.cachedAt);
  }
  // Flags may have come or gone since the index was read, so the set is right at that time only, and is not kept.
  if (memory.index === undefined) {
    version = Math.min(version, memory.indexAsOf);
    expiresAt = SUPERSEDED;
  }
  return {
    ...flagSetOf(all),
    generation: memory.generation,
    oldestAt,
    youngestAt,
    expiresAt,
    isSuperseded: expiresAt === SUPERSEDED,
    version,
  };
}

/** Whether the index, which is sorted by code unit, contains the key. */
export function holdsKey(index: FlagIndex, key: string): boolean {
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return index[low] === key;
}
