import type { CompiledFlag } from "../evaluation/types.ts";

/** Every flag of an environment, sorted by key. */
export interface FlagSet {
  all: readonly CompiledFlag[];
  clientVisible: readonly CompiledFlag[];
  /** Any of them reads `request.*`. */
  readsRequest: boolean;
}

export function flagSetOf(all: readonly CompiledFlag[]): FlagSet {
  return {
    all,
    clientVisible: all.filter((flag) => flag.document.clientVisible),
    readsRequest: all.some((flag) => flag.readsRequest),
  };
}
