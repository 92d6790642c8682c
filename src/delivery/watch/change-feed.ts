import type { KeyTable } from "../../flags/sdk-keys.ts";
import type { RequestScope } from "../request-scope.ts";

/** What a stream needs to know about its environment. */
export interface FeedState {
  version: number;
  /** ms since epoch at which this isolate learnt of the version. */
  movedAt: number;
  keys: KeyTable;
}

/**
 * Where streams learn of changes. The isolate's own watch is one (`ChangeWatch`); what fans changes out to many isolates
 * would be another: docs/adr/0011 says when that pays.
 */
export interface ChangeFeed {
  /** One subscription per stream, made and used in the stream's own request. */
  subscribe(environment: string, scope: RequestScope): ChangeSubscription;
}

export interface ChangeSubscription {
  /** The version known in this isolate right now; 0: none. */
  readonly version: number;
  /** Confirmed, where that is due and possible. "unavailable": nothing is known and nobody can be asked. */
  confirmed(): Promise<FeedState | "unknown-environment" | "unavailable">;
  /** As this isolate knows it. */
  state(): Promise<FeedState | "unknown-environment" | "unavailable">;
  /** Resolves when the version is another than `seen`, the environment is gone, or it is `until` (ms since epoch). */
  moved(seen: number, until: number): Promise<void>;
  /** Must be called in the end; repeatable. */
  close(): void;
}
