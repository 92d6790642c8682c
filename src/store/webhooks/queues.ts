import { sql, type SQL } from "drizzle-orm";
import type { StoredSecret } from "../../ops/webhook-secret.ts";
import type { StoreDatabase } from "../client.ts";
import type { AttemptRecord, WebhookFormat } from "./webhook-tables.ts";
import { isoInstant, readJson } from "../writes/transaction.ts";
import { queuedEvent, type QueuedEvent } from "./queued-event.ts";

/** The right to send the events of one webhook and environment, until another sender takes it. */
export interface Lease {
  webhookId: string;
  /** Empty for changes that concern no environment. */
  environment: string;
  /** The number of the lease. */
  fence: number;
  url: string;
  format: WebhookFormat;
  secret: StoredSecret;
  /** The previous secret, with the instant at which it ends (ISO 8601). */
  previous: (StoredSecret & { until: string }) | null;
  /** The oldest event that is not sent. */
  event: QueuedEvent;
}

/** The state of an event after an attempt, and that of its queue. */
export interface Recorded {
  state: "pending" | "delivered" | "dead";
  log: AttemptRecord[];
  /** When a sender first saw the event (ms since epoch). */
  seenAt: number;
  /** When the queue may be tried again (ms since epoch); `undefined` for at once. */
  nextAttemptAt?: number | undefined;
  /** When the lease ends (ms since epoch): now, if the sender stops here. */
  leasedUntil: number;
}

/** The queues of webhooks, as their senders use them. All times are those of the sender's clock (ms since epoch). */
export interface WebhookQueues {
  /** Leases up to `limit` queues that have events to send now, those first that were leased longest ago. */
  lease(now: number, leaseMs: number, limit: number): Promise<Lease[]>;
  /**
   * Records an attempt, unless another sender has taken the queue meanwhile. Returns the next event to send;
   * `undefined` if there is none, or if the lease is lost.
   */
  record(lease: Lease, event: QueuedEvent, recorded: Recorded, now: number): Promise<QueuedEvent | undefined>;
  /** Deletes events that were delivered, or became dead letters, long ago: at most 1,000 in one call. */
  prune(now: number): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Delivered events are listed for this long, and dead letters can be redelivered for this long (ms). */
const KEEP_DELIVERED_MS = 7 * DAY_MS;
const KEEP_DEAD_MS = 30 * DAY_MS;
const MAX_PRUNED = 1000;

export function createWebhookQueues(db: StoreDatabase): WebhookQueues {
  return {
    lease: (now, leaseMs, limit) => readJson(db, leaseStatement(now, leaseMs, limit)),
    async record(lease, event, recorded, now) {
      const [next] = await readJson<QueuedEvent>(db, recordStatement(lease, event, recorded, now));
      return next;
    },
    async prune(now) {
      await readJson(db, pruneStatement(now));
    },
  };
}

/** The statement sees no rows that its own parts change, so an event that is seen first here comes without `seenAt`. */
function leaseStatement(now: number, leaseMs: number, limit: number): SQL {
  return sql`
    with seen as (
      update webhook_events set seen_at = ${instant(now)} where seen_at is null and state = 'pending'
    ), due as (
      select q.webhook_id, q.environment
      from webhook_queues q join webhooks w on w.id = q.webhook_id
      where w.enabled and (q.leased_until is null or q.leased_until <= ${instant(now)})
        and (q.next_attempt_at is null or q.next_attempt_at <= ${instant(now)})
        and exists (
          select from webhook_events e
          where e.webhook_id = q.webhook_id and e.environment = q.environment and e.state = 'pending'
        )
      order by q.leased_until nulls first, q.webhook_id, q.environment
      limit ${limit}
      for no key update of q skip locked
    ), leased as (
      update webhook_queues q set fence = q.fence + 1, leased_until = ${instant(now + leaseMs)}
      from due where q.webhook_id = due.webhook_id and q.environment = due.environment
      returning q.webhook_id, q.environment, q.fence
    )
    select json_build_object(
      'webhookId', w.id, 'environment', l.environment, 'fence', l.fence, 'url', w.url, 'format', w.format,
      'secret', json_build_object('salt', w.secret_salt, 'hash', w.secret_hash),
      'previous', case when w.previous_salt is not null then json_build_object(
        'salt', w.previous_salt, 'hash', w.previous_hash, 'until', ${isoInstant(sql`w.previous_until`)}
      ) end,
      'event', ${queuedEvent(sql`e`)}
    ) as result
    from leased l join webhooks w on w.id = l.webhook_id cross join lateral (
      select * from webhook_events e
      where e.webhook_id = l.webhook_id and e.environment = l.environment and e.state = 'pending'
      order by e.id limit 1
    ) as e
    order by w.id, l.environment`;
}

/**
 * Holds the queue's row to the end, so that no other sender can take it in between. A queue without further events is
 * released.
 */
function recordStatement(
  { webhookId, environment, fence }: Lease,
  { id, attempts }: QueuedEvent,
  { state, log, seenAt, nextAttemptAt, leasedUntil }: Recorded,
  now: number,
): SQL {
  return sql`
    with held as (
      update webhook_queues q
      set next_attempt_at = ${instant(nextAttemptAt)}, leased_until = case when exists (
          select from webhook_events e
          where e.webhook_id = q.webhook_id and e.environment = q.environment and e.state = 'pending' and e.id <> ${id}
        ) then ${instant(leasedUntil)} else ${instant(now)} end
      where q.webhook_id = ${webhookId} and q.environment = ${environment} and q.fence = ${fence}
      returning q.webhook_id, q.environment
    ), recorded as (
      update webhook_events e
      set state = ${state}, attempts = ${attempts + 1}, log = ${JSON.stringify(log)}::jsonb,
        seen_at = ${instant(seenAt)}, finished_at = ${instant(state === "pending" ? undefined : now)}
      from held where e.id = ${id} and e.state = 'pending'
    )
    select ${queuedEvent(sql`e`)} as result
    from held cross join lateral (
      select * from webhook_events e
      where e.webhook_id = held.webhook_id and e.environment = held.environment and e.state = 'pending'
        and (e.id <> ${id} or ${state === "pending"})
      order by e.id limit 1
    ) as e`;
}

function pruneStatement(now: number): SQL {
  return sql`
    with old as (
      select e.id from webhook_events e
      where e.finished_at < ${instant(now - KEEP_DELIVERED_MS)}
        and (e.state = 'delivered' or e.finished_at < ${instant(now - KEEP_DEAD_MS)})
      order by e.finished_at limit ${MAX_PRUNED}
    ), pruned as (
      delete from webhook_events e using old where e.id = old.id and e.state <> 'pending' returning 1
    )
    select count(*)::int as result from pruned`;
}

function instant(ms: number | undefined): SQL {
  return sql`${ms === undefined ? null : new Date(ms).toISOString()}::timestamptz`;
}
