import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { RequestScope } from "../request-scope.ts";
import type { Visibility } from "./flag-schedule.ts";

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
  /**
   * Creates the subscription of one stream, for use in the stream's own request. It follows the schedules of the flags
   * that the stream's key sees.
   */
  subscribe(environment: string, scope: RequestScope, sees: Visibility): ChangeSubscription;
}

export interface ChangeSubscription {
  /** The version that this isolate knows right now; 0 if it knows none. */
  readonly version: number;
  /** Returns the environment after a head check, if one is due and possible. */
  confirmed(): Promise<FeedOutcome>;
  /** Returns the environment as this isolate knows it. */
  state(): Promise<FeedOutcome>;
  /**
   * Returns the first time after `seenAt` at which a flag changes by itself, or a running ramp has moved on; `Infinity`
   * if there is none, or if the schedules are not known yet (ms since epoch).
   */
  boundaryAfter(seenAt: number): number;
  /** Waits until the schedules of the current version are known, but not for long. */
  scheduled(): Promise<void>;
  /**
   * Resolves when the version differs from `seen`, at the boundary after `seenAt`, when the environment is gone, or at
   * `until` (ms since epoch).
   */
  moved(seen: number, until: number, seenAt: number): Promise<void>;
  /** Must be called in the end. May be called again. */
  close(): void;
}
