import type { Notes } from "../../lowering/draft.ts";

/**
 * The part of Flipt that evaluates the flags now. The server and the SDKs for evaluation in the client read the texts
 * of a context differently.
 */
export type Engine = "server" | "client";

/** Everything that flags and segments need to know about the import. */
export interface FliptScope {
  engine: Engine;
  /** How distributions become buckets: 1 without normalising them, 2 since Flipt does so. */
  hashVersion: 1 | 2 | undefined;
  notes: Notes;
  /** Returns the key of a segment in Burgee, or `undefined` if the source has no such segment. */
  segmentKey: (key: string) => string | undefined;
}
