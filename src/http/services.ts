/** The services that handlers may use. `src/services.ts` constructs them. */
import type { TieredCache } from "../cache/tiered-cache.ts";
import type { EdgePurge } from "../delivery/publish/purge-targets.ts";
import type { Publisher } from "../delivery/publish/publisher.ts";
import type { Swept } from "../delivery/publish/sweep.ts";
import type { Attempt } from "../delivery/webhooks/post-event.ts";
import type { Receiver } from "../delivery/webhooks/send-webhooks.ts";
import type { ChangeFeed } from "../delivery/watch/change-feed.ts";
import type { Bindings, Settings } from "../env.ts";
import type { CompiledFlag } from "../evaluation/types.ts";
import type { Clock } from "../ops/clock.ts";
import type { FailureLog } from "../ops/failure-log.ts";
import type { Log } from "../ops/log.ts";
import type { ReceiverRules } from "../ops/receiver-url.ts";
import type { Breaker } from "../resilience/breaker.ts";
import type { UsageServices } from "../services-usage.ts";
import type { StoreDatabase } from "../store/client.ts";
import type { HttpError } from "./errors.ts";
import type { EndpointCache } from "./evaluation/endpoint-cache.ts";
import type { EvaluationServices } from "./evaluation/evaluate.ts";
import type { StreamSlots } from "./streams/stream-slots.ts";

/** The environment of every route in Hono's terms. Services reach handlers as arguments, not through it. */
export interface AppEnv {
  Bindings: Bindings;
}

/** The services of the change streams. */
export interface StreamServices {
  /** Returns the one feed of the isolate, whose code loads with the first stream. */
  openFeed(): Promise<ChangeFeed>;
  slots: StreamSlots;
  lifetimeMs: number;
  clock: Clock;
  random: () => number;
}

/** Sends the events of webhooks. */
export interface WebhookServices {
  /** KEY_SECRET, and the one before it. */
  keySecrets: readonly string[];
  rules: ReceiverRules;
  /** Notes that events wait to be sent. */
  noteDue(): void;
  /** Sends events, if a write of this isolate has queued some. */
  sendDue(): Promise<void>;
  /** Sends what is due, and deletes old events. The scheduled job calls it. */
  sweep(): Promise<void>;
  /** Sends a test event and waits for the receiver. Never throws. */
  test(webhook: Receiver): Promise<Attempt>;
}

/** All services of one isolate, created with it. */
export interface Services extends EvaluationServices {
  settings: Settings;
  /** The prefix of all Redis keys and edge entries, `CACHE_PREFIX`. */
  prefix: string;
  /** A random id that tells this isolate apart from others. Drawn on first use: a worker has no randomness at start. */
  isolateId(): string;
  tiers: TieredCache<CompiledFlag>;
  publisher: Publisher;
  /** `undefined` if no purge transport is configured. */
  edgePurge: EdgePurge | undefined;
  /** `undefined` if the deployment has no Redis. */
  redisBreaker: Breaker | undefined;
  storeBreaker: Breaker;
  /** `undefined` if no purge transport is configured: its entries could not be removed. */
  endpointCache: EndpointCache | undefined;
  endpointTtlSeconds: number;
  /** `undefined` if streams are switched off. */
  streams: StreamServices | undefined;
  clock: Clock;
  log: Log;
  /** Opens the store's client on first use, because it is the larger half of the bundle. */
  database(writes?: "large"): Promise<StoreDatabase>;
  webhooks: WebhookServices;
  /** Publishes the changes in the outbox and sends events. The scheduled job calls it. */
  sweep(waitUntil: (promise: Promise<unknown>) => void): Promise<Swept>;
  /** Opens the counts of evaluations beyond this isolate's memory, on first use. */
  openUsage(): Promise<UsageServices>;
  /** Logs an outage when it begins and when it ends, instead of once per request. */
  failures: FailureLog;
  logFailure(error: HttpError, requestId: string): void;
}
