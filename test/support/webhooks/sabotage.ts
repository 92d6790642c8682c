import type { WebhookQueues } from "../../../src/store/webhooks/queues.ts";
import type { TestStore } from "../../integration/store/backends.ts";

/**
 * Gives leases that are over at once, so that every sender can take every queue. Senders lease one after the other, and
 * what one sent is recorded after all have, so those that start together send the same event however fast they are.
 */
export function withoutLeases(queues: WebhookQueues): WebhookQueues {
  let leased: Promise<unknown> = Promise.resolve();
  return {
    ...queues,
    lease(now, _leaseMs, limit) {
      const leases = leased.then(() => queues.lease(now, 0, limit));
      leased = leases.catch(() => undefined);
      return leases;
    },
    async record(lease, event, recorded, now) {
      await leased;
      return queues.record(lease, event, { ...recorded, leasedUntil: now }, now);
    },
  };
}

/** Lets senders begin with the newest event instead of the oldest. */
export function withNewestFirst(queues: WebhookQueues, store: TestStore): WebhookQueues {
  return {
    ...queues,
    async lease(...parameters) {
      const leases = await queues.lease(...parameters);
      for (const { webhookId, environment, event } of leases) {
        const [newest] = await store.rows<{ id: number; message_id: string }>(
          `select id, message_id from webhook_events
           where webhook_id = $1 and environment = $2 and state = 'pending' order by id desc limit 1`,
          [webhookId, environment],
        );
        Object.assign(event, { id: Number(newest?.id), messageId: newest?.message_id });
      }
      return leases;
    },
  };
}
