import { SUPERSEDED } from "../../cache/flag-cache.ts";
import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { FlagIndex } from "../../flags/reading.ts";

/** Every flag of an environment, sorted by key. */
export interface FlagSet {
  all: readonly CompiledFlag[];
  clientVisible: readonly CompiledFlag[];
  /** Any of them reads `request.*`. */
  readsRequest: boolean;
}

/** A set as L1 holds it. */
export interface FlagSetView extends FlagSet {
  generation: number;
  /** ms since epoch at which the first of its entries expires. */
  expiresAt: number;
  /** Something in it is known to be out of date. */
  isSuperseded: boolean;
  /** The environment's version, or the oldest that something superseded was read at. */
  version: number;
}

export function flagSetOf(all: readonly CompiledFlag[]): FlagSet {
  return {
    all,
    clientVisible: all.filter((flag) => flag.document.clientVisible),
    readsRequest: all.some((flag) => flag.readsRequest),
  };
}

/** The environment's flags when L1 holds them all fresh (with `orStale`: at all). */
export function viewOf(memory: MemoryEnvironment<CompiledFlag>, orStale: boolean): FlagSetView | undefined {
  const index = orStale ? memory.lastIndex : memory.index;
  if (index === undefined) return undefined;
  const all: CompiledFlag[] = [];
  let { version } = memory;
  let expiresAt = Number.POSITIVE_INFINITY;
  for (const key of index) {
    const entry = orStale ? memory.peek(key) : memory.lookup(key);
    if (entry === undefined) return undefined;
    if (entry.value !== null) all.push(entry.value);
    if (entry.expiresAt === SUPERSEDED) version = Math.min(version, entry.asOf);
    expiresAt = Math.min(expiresAt, entry.expiresAt);
  }
  // Flags may have come or gone since the index was read, so this is a picture of that time and nobody's next answer.
  if (memory.index === undefined) {
    version = Math.min(version, memory.indexAsOf);
    expiresAt = SUPERSEDED;
  }
  return {
    ...flagSetOf(all),
    generation: memory.generation,
    expiresAt,
    isSuperseded: expiresAt === SUPERSEDED,
    version,
  };
}

/** Whether the index, sorted by code unit, names the key. */
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
