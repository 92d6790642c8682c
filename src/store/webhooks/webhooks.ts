import { asc, eq, sql } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import type { WriteOptions } from "../inputs.ts";
import type { StoredSecret } from "../../ops/webhook-secret.ts";
import { readRows, type Statement, writeProject } from "../writes/transaction.ts";
import { webhooks, type WebhookEntity, type WebhookFormat } from "./webhook-tables.ts";

/** The fields that people choose. */
export interface WebhookFields {
  name: string;
  url: string;
  format: WebhookFormat;
  enabled: boolean;
  environments: string[] | null;
  tags: string[] | null;
  entities: WebhookEntity[] | null;
}

export interface WebhookRecord extends WebhookFields {
  id: string;
  createdAt: string;
  secret: StoredSecret;
  /** The previous secret, and when it ends (ISO 8601). */
  previous: (StoredSecret & { until: string }) | null;
  /** The number of events in each state that has any. */
  events: { pending: number; dead: number };
}

/** Each webhook costs every write a row. */
const MAX_WEBHOOKS = 20;

/** @throws ConflictError if there are as many webhooks as there may be */
export async function createWebhook(
  db: StoreDatabase,
  { id, secret, ...fields }: WebhookFields & { id: string; secret: StoredSecret },
  options: WriteOptions,
): Promise<void> {
  await writeProject(db, {
    target: { environment: null },
    options,
    statements: [
      db.execute(sql`select require_room_for_webhook(${MAX_WEBHOOKS}::int)`),
      db.insert(webhooks).values({ ...fields, id, secretSalt: secret.salt, secretHash: secret.hash }),
    ],
  });
}

/** Returns all webhooks, oldest first. */
export async function listWebhooks(db: StoreDatabase): Promise<WebhookRecord[]> {
  const rows = await readRows(db.select(columns).from(webhooks).orderBy(asc(webhooks.createdAt), asc(webhooks.id)));
  return rows.map(recordOf);
}

export async function getWebhook(db: StoreDatabase, id: string): Promise<WebhookRecord | undefined> {
  const rows = await readRows(db.select(columns).from(webhooks).where(eq(webhooks.id, id)));
  return rows.map(recordOf)[0];
}

/** Does nothing if the webhook is gone. */
export async function updateWebhook(
  db: StoreDatabase,
  id: string,
  changes: Partial<WebhookFields>,
  options: WriteOptions,
): Promise<void> {
  const restart = isNewStart(changes) ? restartQueues(db, id) : [];
  await change(db, [db.update(webhooks).set(changes).where(eq(webhooks.id, id)), ...restart], options);
}

/** Whether the receiver may now accept the event that it refused before. */
export function isNewStart({ url, format, enabled }: Partial<WebhookFields>): boolean {
  return url !== undefined || format !== undefined || enabled === true;
}

/**
 * Makes waiting events due at once, and gives them a whole day again. A sender that waits for the former receiver loses
 * its lease. Queues come before events, in the order in which senders lock them.
 */
function restartQueues(db: StoreDatabase, id: string): Statement[] {
  return [
    db.execute(sql`update webhook_queues set fence = fence + 1, leased_until = null, next_attempt_at = null
      where webhook_id = ${id}`),
    db.execute(sql`update webhook_events set seen_at = null where webhook_id = ${id} and state = 'pending'`),
  ];
}

/** Deletes the webhook with its events. */
export async function deleteWebhook(db: StoreDatabase, id: string, options: WriteOptions): Promise<void> {
  await change(db, [db.delete(webhooks).where(eq(webhooks.id, id))], options);
}

/** Gives the webhook a new secret. The previous one also signs until `previousUntil`; `null` ends it at once. */
export async function rotateSecret(
  db: StoreDatabase,
  id: string,
  { salt, hash }: StoredSecret,
  previousUntil: string | null,
  options: WriteOptions,
): Promise<void> {
  const kept = previousUntil === null ? noSecret : { previousSalt: sql`secret_salt`, previousHash: sql`secret_hash` };
  const rotated = { ...kept, previousUntil, secretSalt: salt, secretHash: hash };
  const update = db.update(webhooks).set(rotated).where(eq(webhooks.id, id));
  await change(db, [update, ...restartQueues(db, id)], options);
}

/** Ends the previous secret. */
export async function endPreviousSecret(db: StoreDatabase, id: string, options: WriteOptions): Promise<void> {
  await change(db, [db.update(webhooks).set(noSecret).where(eq(webhooks.id, id))], options);
}

const noSecret = { previousSalt: null, previousHash: null, previousUntil: null };

async function change(db: StoreDatabase, statements: Statement[], options: WriteOptions): Promise<void> {
  await writeProject(db, { target: { environment: null }, options, statements });
}

const countOf = (state: "pending" | "dead") =>
  sql<number>`(
    select count(*)::int from webhook_events e where e.webhook_id = ${webhooks}.id and e.state = ${sql.raw(`'${state}'`)}
  )`;

const columns = { webhook: webhooks, pending: countOf("pending"), dead: countOf("dead") };

function recordOf({
  webhook,
  ...events
}: {
  webhook: typeof webhooks.$inferSelect;
  pending: number;
  dead: number;
}): WebhookRecord {
  const { secretSalt: salt, secretHash: hash, previousSalt, previousHash, previousUntil, ...fields } = webhook;
  const hasPrevious = previousSalt !== null && previousHash !== null && previousUntil !== null;
  return {
    ...fields,
    secret: { salt, hash },
    previous: hasPrevious ? { salt: previousSalt, hash: previousHash, until: previousUntil } : null,
    events,
  };
}
