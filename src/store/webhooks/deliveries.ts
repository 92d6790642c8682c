import { and, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { type Page, toPage } from "../lists/page.ts";
import { readJson, readRows } from "../writes/transaction.ts";
import { type AttemptRecord, webhookEvents } from "./webhook-tables.ts";

export type DeliveryState = "pending" | "delivered" | "dead";

/** An event with its attempts, in a list. */
export interface DeliveryRecord {
  id: number;
  messageId: string;
  /** Empty for changes that concern no environment. */
  environment: string;
  writeId: number;
  version: number | null;
  entityCount: number;
  state: DeliveryState;
  attempts: number;
  log: AttemptRecord[];
  createdAt: string;
  finishedAt: string | null;
}

export interface DeliveryQuery {
  state?: DeliveryState | undefined;
  limit: number;
  cursor?: number | undefined;
}

/** The dead letters that one call sends again. Exported for the description of the route. */
export const MAX_REDELIVERED = 1000;

const { webhookId: owner, auditIds: _rows, seenAt: _seen, ...columns } = getTableColumns(webhookEvents);
const { id, messageId, state } = columns;

/** Returns the events of a webhook, newest first. */
export async function listDeliveries(
  db: StoreDatabase,
  webhookId: string,
  { state: ofState, limit, cursor }: DeliveryQuery,
): Promise<Page<DeliveryRecord>> {
  const rows = await readRows(
    db
      .select(columns)
      .from(webhookEvents)
      .where(
        and(
          eq(owner, webhookId),
          ofState === undefined ? undefined : eq(state, ofState),
          cursor === undefined ? undefined : lt(id, cursor),
        ),
      )
      .orderBy(desc(id))
      .limit(limit + 1),
  );
  return toPage(rows, limit, (delivery) => String(delivery.id));
}

/**
 * Queues the event `messageId` again, or without it the oldest dead letters. They keep their ids and their places: they
 * come before all events that are still to be sent, in their old order. Returns the number of queued events.
 */
export async function redeliver(db: StoreDatabase, webhookId: string, message: string | undefined): Promise<number> {
  const chosen =
    message === undefined
      ? sql`select e.id from webhook_events e where e.webhook_id = ${webhookId} and e.state = 'dead'
          order by e.id limit ${MAX_REDELIVERED}`
      : sql`select e.id from webhook_events e
          where e.webhook_id = ${webhookId} and e.message_id = ${message} and e.state <> 'pending'`;
  const [queued = 0] = await readJson<number>(
    db,
    sql`
      with queued as (
        update webhook_events e set state = 'pending', seen_at = null, attempts = 0, finished_at = null
        where e.id in (${chosen}) returning e.environment
      ), due as (
        update webhook_queues q set next_attempt_at = null
        from (select distinct environment from queued) as c
        where q.webhook_id = ${webhookId} and q.environment = c.environment
      )
      select count(*)::int as result from queued`,
  );
  return queued;
}

/** Whether the webhook has such an event. */
export async function hasMessage(db: StoreDatabase, webhookId: string, message: string): Promise<boolean> {
  const rows = await readRows(
    db
      .select({ id })
      .from(webhookEvents)
      .where(and(eq(owner, webhookId), eq(messageId, message)))
      .limit(1),
  );
  return rows.length > 0;
}
