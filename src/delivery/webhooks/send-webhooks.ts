import { receiverProblem, type ReceiverRules } from "../../ops/receiver-url.ts";
import { recoverWebhookSecret, signWebhook } from "../../ops/webhook-secret.ts";
import type { Clock } from "../../ops/clock.ts";
import { errorFields, type Log } from "../../ops/log.ts";
import type { QueuedEvent } from "../../store/webhooks/queued-event.ts";
import type { Lease, Recorded, WebhookQueues } from "../../store/webhooks/queues.ts";
import { type Attempt, postEvent } from "./post-event.ts";
import { GIVE_UP_MS, nextAttemptAt } from "./retry.ts";
import { slackMessageOf, slackTest } from "./slack-message.ts";
import { payloadOf, testPayload } from "./webhook-payload.ts";

export interface WebhookSender {
  queues: WebhookQueues;
  /** KEY_SECRET, and the one before it. */
  keySecrets: readonly string[];
  rules: ReceiverRules;
  clock: Clock;
  random: () => number;
  fetch: typeof fetch;
  log: Log;
}

/** Events that one run sends: each takes two of the 50 requests that an invocation may make on the free plan. */
const MAX_SENDS = 20;
/** Queues at a time. Workers have six connections, and the database needs one for each record. */
const MAX_QUEUES = 3;
/** A run begins nothing new after this time, because work after a response ends after 30 s (ms). */
const RUN_MS = 15_000;
/** Longer than a run can take, so that a lease ends only if its sender has died (ms). */
const LEASE_MS = 60_000;
/** The attempts of an event that its list shows. */
const MAX_LOG = 5;

/** Sends the events that are due, in the order of each queue. Repeatable, and safe beside other runs. */
export async function sendWebhooks(sender: WebhookSender): Promise<void> {
  const { queues, clock, log } = sender;
  const endsAt = clock.now() + RUN_MS;
  const budget = { sends: MAX_SENDS };
  const mayGoOn = () => budget.sends > 0 && clock.now() < endsAt;
  while (mayGoOn()) {
    const leases = await queues.lease(clock.now(), LEASE_MS, Math.min(MAX_QUEUES, budget.sends));
    if (leases.length === 0) return;
    budget.sends -= leases.length;
    const turns: Turns = { take: () => mayGoOn() && budget.sends-- > 0, giveBack: () => void budget.sends++ };
    await Promise.all(
      leases.map((lease) =>
        sendQueue(sender, lease, turns).catch((error: unknown) =>
          // The lease ends by itself, and another run repeats the event.
          log.warn("webhook_not_recorded", { webhook: lease.webhookId, ...errorFields(error) }),
        ),
      ),
    );
  }
}

/** The turns that the queues of one run share. */
interface Turns {
  take(): boolean;
  giveBack(): void;
}

/** Sends the events of one queue until one fails, the queue is empty, or there is no turn left. */
async function sendQueue(sender: WebhookSender, lease: Lease, turns: Turns): Promise<void> {
  let event: QueuedEvent | undefined = lease.event;
  while (event !== undefined) {
    const at = sender.clock.now();
    const attempt = await attemptEvent(sender, lease, event);
    const after = stateAfter(sender, event, attempt, at);
    const hasTurn: boolean = after.state !== "pending" && turns.take();
    const now = sender.clock.now();
    const leasedUntil = hasTurn ? now + LEASE_MS : now;
    const next: QueuedEvent | undefined = await sender.queues.record(lease, event, { ...after, leasedUntil }, now);
    logFailure(sender.log, lease, event, attempt, after.state);
    if (hasTurn && next === undefined) turns.giveBack();
    event = hasTurn ? next : undefined;
  }
}

/** Returns the state of an event after an attempt that began at `at`. */
function stateAfter(
  { clock, random }: Pick<WebhookSender, "clock" | "random">,
  { attempts, log, seenAt: firstSeenAt }: QueuedEvent,
  { isAccepted, status, error, durationMs, retryAfterMs }: Attempt,
  at: number,
): Omit<Recorded, "leasedUntil"> {
  const now = clock.now();
  const seenAt = firstSeenAt === null ? at : Date.parse(firstSeenAt);
  const entry = { at: new Date(at).toISOString(), status: status ?? null, error: error ?? null, durationMs };
  const state = isAccepted ? "delivered" : now >= seenAt + GIVE_UP_MS ? "dead" : "pending";
  return {
    state,
    seenAt,
    log: [...log, entry].slice(-MAX_LOG),
    nextAttemptAt:
      state === "pending" ? nextAttemptAt({ attempts: attempts + 1, seenAt, retryAfterMs }, now, random) : undefined,
  };
}

function logFailure(
  log: Log,
  { webhookId: webhook, environment }: Lease,
  { messageId: message }: QueuedEvent,
  { status, error }: Attempt,
  state: Recorded["state"],
): void {
  if (state === "delivered") return;
  log.warn(state === "dead" ? "webhook_dead_letter" : "webhook_failed", {
    webhook,
    environment,
    message,
    status,
    error,
  });
}

/** Sends one event. Never throws. */
async function attemptEvent(sender: WebhookSender, lease: Lease, event: QueuedEvent): Promise<Attempt> {
  const payload = payloadOf(lease.environment, event);
  const content = lease.format === "slack" ? slackMessageOf(payload) : payload;
  return await sendMessage(sender, lease, event.messageId, JSON.stringify(content));
}

/** The parts of a webhook that say where and how to send. */
export type Receiver = Pick<Lease, "webhookId" | "url" | "format" | "secret" | "previous">;

/** Sends an event that tells about no change. It is not repeated, and has no place in the order. Never throws. */
export async function sendTest(sender: Omit<WebhookSender, "queues">, receiver: Receiver): Promise<Attempt> {
  const messageId = `evt_${crypto.randomUUID().replaceAll("-", "")}`;
  const payload = testPayload(new Date(sender.clock.now()).toISOString());
  const content = receiver.format === "slack" ? slackTest() : payload;
  return await sendMessage(sender, receiver, messageId, JSON.stringify(content));
}

/** Signs and sends a message by the rules of every webhook. Never throws. */
async function sendMessage(
  { keySecrets, rules, clock, fetch }: Omit<WebhookSender, "queues">,
  { webhookId, url, secret, previous }: Receiver,
  messageId: string,
  body: string,
): Promise<Attempt> {
  // The row can have been edited in SQL, or saved under other rules.
  const problem = receiverProblem(url, rules);
  if (problem !== undefined) return { isAccepted: false, error: `the URL ${problem}`, durationMs: 0 };
  const stored = previous !== null && Date.parse(previous.until) > clock.now() ? [secret, previous] : [secret];
  const secrets = await Promise.all(stored.map((one) => recoverWebhookSecret(keySecrets, webhookId, one)));
  if (secrets[0] === undefined) {
    return { isAccepted: false, error: "KEY_SECRET was replaced; give the webhook a new secret", durationMs: 0 };
  }
  const timestamp = Math.floor(clock.now() / 1000);
  const known = secrets.filter((one) => one !== undefined);
  const signature = await signWebhook(known, { id: messageId, timestamp, body });
  return await postEvent(
    {
      url,
      body,
      headers: {
        "content-type": "application/json",
        "user-agent": "Burgee-Webhooks/1",
        "webhook-id": messageId,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signature,
      },
    },
    { fetch, clock },
  );
}
