import type { Redis } from "./cache/redis/client.ts";
import type { CompiledFlag } from "./evaluation/types.ts";
import type { FlagDocument } from "./flags/document.ts";
import type { Clock } from "./ops/clock.ts";
import type { Log } from "./ops/log.ts";
import type { EdgeCache } from "./ops/runtime.ts";
import type { StoreDatabase } from "./store/client.ts";
import type { Outbox, PurgeTargets } from "./store/outbox.ts";
import type { FlagReader } from "./store/readings/flag-reader.ts";

/** Postgres, as the services open it. */
export interface StoreAccess {
  openDatabase(): Promise<StoreDatabase>;
  openFlagReader(): Promise<FlagReader>;
  openOutbox(targets: PurgeTargets): Promise<Outbox>;
}

/** Replacements for runtime services, used by tests and by the simulation. */
export interface ServicesOptions {
  clock?: Clock;
  log?: Log;
  random?: () => number;
  redisTimeoutMs?: number;
  storeTimeoutMs?: number;
  flightBudgetMs?: number;
  /** Opens the cache of the data centre. */
  openCache?: () => Promise<EdgeCache>;
  /** Loads the snapshots that were bundled at deployment: their text by environment. */
  bundledSnapshots?: () => Promise<Readonly<Record<string, string>>>;
  /** The schema version of the documents in Redis. */
  schemaVersion?: number;
  /** Creates a client of Redis whose commands end within `timeoutMs`. */
  createRedis?: (url: string, token: string, timeoutMs: number) => Redis;
  /** Opens Postgres. Its statements end within `storeTimeoutMs`. */
  createStore?: () => StoreAccess;
  /** Calls the purge API. */
  fetch?: typeof fetch;
  compile?: (document: FlagDocument, text?: string) => CompiledFlag;
}
