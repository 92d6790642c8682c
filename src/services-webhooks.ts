import type { Settings } from "./env.ts";
import type { WebhookServices } from "./http/services.ts";
import type { Runtime, StoreAccess } from "./services-options.ts";

// Most isolates send nothing.
const loadWebhooks = () => import("./delivery/webhooks/send-webhooks.ts");

/** Creates the services of webhooks. `pending.isDue` says that a write of this isolate has queued events. */
export function createWebhooks(
  { KEY_SECRET, KEY_SECRET_PREVIOUS, WEBHOOKS_TO_LOCALHOST: allowsLocalhost }: Settings,
  { clock, random, log, fetch }: Runtime,
  store: StoreAccess,
  pending: { isDue: boolean },
): WebhookServices {
  const keySecrets = [KEY_SECRET, ...(KEY_SECRET_PREVIOUS === undefined ? [] : [KEY_SECRET_PREVIOUS])];
  const sender = { keySecrets, rules: { allowsLocalhost }, clock, random, fetch, log };
  const send = async () => {
    const [{ sendWebhooks }, queues] = await Promise.all([loadWebhooks(), store.openWebhookQueues()]);
    await sendWebhooks({ ...sender, queues });
    return queues;
  };
  return {
    keySecrets,
    rules: sender.rules,
    noteDue: () => void (pending.isDue = true),
    async sendDue() {
      if (!pending.isDue) return;
      pending.isDue = false;
      await send();
    },
    async sweep() {
      await (await send()).prune(clock.now());
    },
    async test(webhook) {
      return await (await loadWebhooks()).sendTest(sender, webhook);
    },
  };
}
