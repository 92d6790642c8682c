import { mintWebhookSecret } from "../../../ops/webhook-secret.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { hasMessage, listDeliveries, redeliver } from "../../../store/webhooks/deliveries.ts";
import {
  createWebhook,
  deleteWebhook,
  endPreviousSecret,
  getWebhook,
  isNewStart,
  listWebhooks,
  rotateSecret,
  updateWebhook,
  type WebhookRecord,
} from "../../../store/webhooks/webhooks.ts";
import type { Services } from "../../services.ts";
import { writerOf, type ManagementContext, pathParameter } from "../context.ts";
import { rethrowAfterWrite } from "../publish-write.ts";
import { notFound, requireFound } from "../require.ts";
import {
  type DeliveriesQuery,
  type RedeliveryBody,
  requireReceiver,
  type RotationBody,
  type WebhookBody,
  type WebhookPatch,
} from "./input.ts";
import { viewOfDelivery, viewOfWebhook } from "./webhook-view.ts";

export async function showWebhooks({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  return c.json({ items: (await listWebhooks(await database())).map(viewOfWebhook) });
}

export async function showWebhook({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  return c.json(viewOfWebhook(await readWebhook(await database(), c)));
}

export async function postWebhook(
  { database, settings, webhooks }: Pick<Services, "database" | "settings" | "webhooks">,
  c: ManagementContext,
  { body }: { body: WebhookBody },
): Promise<Response> {
  requireReceiver(body.url, webhooks.rules);
  const db = await database();
  const id = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  const { secret, ...stored } = await mintWebhookSecret(settings.KEY_SECRET, id);
  await createWebhook(db, { ...body, id, secret: stored }, writerOf(c));
  c.header("location", `/api/v1/webhooks/${id}`);
  return c.json({ webhook: await viewAfterWrite(db, id), secret }, 201);
}

export async function patchWebhook(
  { database, webhooks }: Pick<Services, "database" | "webhooks">,
  c: ManagementContext,
  { body }: { body: WebhookPatch },
): Promise<Response> {
  requireReceiver(body.url, webhooks.rules);
  const db = await database();
  const { id } = await readWebhook(db, c);
  await updateWebhook(db, id, body, writerOf(c));
  if (isNewStart(body)) webhooks.noteDue();
  return c.json({ webhook: await viewAfterWrite(db, id) });
}

export async function removeWebhook({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const db = await database();
  const webhook = await readWebhook(db, c);
  await deleteWebhook(db, webhook.id, writerOf(c));
  return c.json({ webhook: viewOfWebhook(webhook) });
}

export async function postSecret(
  { database, settings, clock, webhooks }: Pick<Services, "database" | "settings" | "clock" | "webhooks">,
  c: ManagementContext,
  { body: { overlapSeconds } }: { body: RotationBody },
): Promise<Response> {
  const db = await database();
  const { id } = await readWebhook(db, c);
  const { secret, ...stored } = await mintWebhookSecret(settings.KEY_SECRET, id);
  const until = overlapSeconds === 0 ? null : new Date(clock.now() + overlapSeconds * 1000).toISOString();
  await rotateSecret(db, id, stored, until, writerOf(c));
  webhooks.noteDue();
  return c.json({ webhook: await viewAfterWrite(db, id), secret });
}

export async function removePreviousSecret(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
): Promise<Response> {
  const db = await database();
  const { id } = await readWebhook(db, c);
  await endPreviousSecret(db, id, writerOf(c));
  return c.json({ webhook: await viewAfterWrite(db, id) });
}

export async function postTest(
  { database, webhooks }: Pick<Services, "database" | "webhooks">,
  c: ManagementContext,
): Promise<Response> {
  const { id: webhookId, url, format, secret, previous } = await readWebhook(await database(), c);
  const { isAccepted, status, error, durationMs } = await webhooks.test({ webhookId, url, format, secret, previous });
  return c.json({ accepted: isAccepted, status: status ?? null, error: error ?? null, durationMs });
}

export async function showDeliveries(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: DeliveriesQuery },
): Promise<Response> {
  const db = await database();
  const { id } = await readWebhook(db, c);
  const { items, nextCursor } = await listDeliveries(db, id, query);
  return c.json({ items: items.map(viewOfDelivery), nextCursor: nextCursor ?? null });
}

export async function postRedelivery(
  { database, webhooks }: Pick<Services, "database" | "webhooks">,
  c: ManagementContext,
  { body: { event } }: { body: RedeliveryBody },
): Promise<Response> {
  const db = await database();
  const { id } = await readWebhook(db, c);
  if (event !== null && !(await hasMessage(db, id, event))) throw notFound("event", event);
  const queued = await redeliver(db, id, event ?? undefined);
  webhooks.noteDue();
  return c.json({ queued });
}

async function readWebhook(db: StoreDatabase, c: ManagementContext): Promise<WebhookRecord> {
  const id = pathParameter(c, "id");
  // Without a look-up if no such webhook can exist.
  if (!/^[A-Za-z0-9]{8,40}$/.test(id)) throw notFound("webhook", id);
  return requireFound(await getWebhook(db, id), "webhook", id);
}

async function viewAfterWrite(db: StoreDatabase, id: string): Promise<object> {
  return viewOfWebhook(requireFound(await getWebhook(db, id).catch(rethrowAfterWrite), "webhook", id));
}
