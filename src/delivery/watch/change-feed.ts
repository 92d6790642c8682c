import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { RequestScope } from "../request-scope.ts";

/** A stream's view of its environment. */
export interface FeedState {
  version: number;
  /** When this isolate learnt of the version (ms since epoch). */
  movedAt: number;
  keys: KeyTable;
}

/** `unavailable` if nothing is known and no backend responds. */
export type FeedOutcome = FeedState | "unknown-environment" | "unavailable";

/**
 * A source of changes for streams. The isolate's own `ChangeWatch` is one; a service that fans changes out to many
 * isolates would be another (docs/adr/0011-streams-watch-their-isolates-head.md says when that pays).
 */
export interface ChangeFeed {
  /** Creates the subscription of one stream, for use in the stream's own request. */
  subscribe(environment: string, scope: RequestScope): ChangeSubscription;
}

export interface ChangeSubscription {
  /** The version that this isolate knows right now; 0 if it knows none. */
  readonly version: number;
  /** Returns the environment after a head check, if one is due and possible. */
  confirmed(): Promise<FeedOutcome>;
  /** Returns the environment as this isolate knows it. */
  state(): Promise<FeedOutcome>;
  /** Resolves when the version differs from `seen`, when the environment is gone, or at `until` (ms since epoch). */
  moved(seen: number, until: number): Promise<void>;
  /** Must be called in the end. May be called again. */
  close(): void;
}
