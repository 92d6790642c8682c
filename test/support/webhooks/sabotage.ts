import type { WebhookQueues } from "../../../src/store/webhooks/queues.ts";
import type { TestStore } from "../../integration/store/backends.ts";

/** Gives leases that are over at once, so that every sender can take every queue. */
export function withoutLeases(queues: WebhookQueues): WebhookQueues {
  return {
    ...queues,
    lease: (now, _leaseMs, limit) => queues.lease(now, 0, limit),
    record: (lease, event, recorded, now) => queues.record(lease, event, { ...recorded, leasedUntil: now }, now),
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
