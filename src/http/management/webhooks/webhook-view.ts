import { shownReceiver } from "../../../ops/receiver-url.ts";
import type { DeliveryRecord } from "../../../store/webhooks/deliveries.ts";
import type { WebhookRecord } from "../../../store/webhooks/webhooks.ts";
import { instantOf } from "../shape.ts";

/** A webhook without its secret and without the path of its URL, which can be one as well. */
export function viewOfWebhook(webhook: WebhookRecord): object {
  const { id, name, url, format, enabled, environments, tags, entities, createdAt, previous, events } = webhook;
  return {
    id,
    name,
    url: shownReceiver(url),
    format,
    enabled,
    environments,
    tags,
    entities,
    createdAt: instantOf(createdAt),
    previousSecretUntil: previous === null ? null : instantOf(previous.until),
    pendingEvents: events.pending,
    deadLetters: events.dead,
  };
}

/** An event with its last attempts. */
export function viewOfDelivery(delivery: DeliveryRecord): object {
  const { messageId, environment, writeId, version, entityCount, state, attempts, log } = delivery;
  return {
    id: messageId,
    environment: environment === "" ? null : environment,
    version,
    writeId,
    count: entityCount,
    state,
    attempts,
    lastAttempts: log,
    createdAt: instantOf(delivery.createdAt),
    finishedAt: delivery.finishedAt === null ? null : instantOf(delivery.finishedAt),
  };
}
