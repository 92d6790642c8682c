/** JSON Schema of the responses about webhooks. */
import { count, keys, object, orNull, ref, text } from "./openapi-parts.ts";

const instant = { type: "string", format: "date-time" };
const ofAll = (schema: object) => ({ ...orNull(schema), description: "null for all." });
const attempt = {
  status: { ...orNull({ type: "integer" }), description: "null if there was no response." },
  error: { ...orNull(text), description: "null if the receiver accepted the event." },
  durationMs: count,
};

export const webhookSchemas: Record<string, object> = {
  Webhook: object({
    id: text,
    name: text,
    url: { type: "string", description: "The origin of the receiver. The path is left out, because it can be secret." },
    format: { enum: ["standard", "slack"] },
    enabled: { type: "boolean" },
    environments: ofAll(keys),
    tags: ofAll(keys),
    entities: ofAll({ type: "array", items: { enum: ["flag", "segment", "key", "environment", "token"] } }),
    createdAt: instant,
    previousSecretUntil: {
      ...orNull(instant),
      description: "When the previous secret stops signing; null if there is none.",
    },
    pendingEvents: count,
    deadLetters: count,
  }),
  WebhookList: object({ items: { type: "array", items: ref("Webhook") } }),
  WebhookWritten: object({ webhook: ref("Webhook") }),
  WebhookCreated: object({
    webhook: ref("Webhook"),
    secret: { type: "string", description: "`whsec_` and base64. Shown once." },
  }),
  WebhookAttempt: object({ accepted: { type: "boolean" }, ...attempt }),
  WebhookDelivery: object({
    id: { type: "string", description: "The header `webhook-id` of its requests." },
    environment: { ...orNull(text), description: "null for changes that concern no environment." },
    version: orNull({ type: "integer" }),
    writeId: { type: "integer", description: "The write in the audit." },
    count: { type: "integer", description: "The number of flags, segments and so on that the write changed." },
    state: { enum: ["pending", "delivered", "dead"] },
    attempts: count,
    lastAttempts: { type: "array", items: object({ at: instant, ...attempt }) },
    createdAt: instant,
    finishedAt: orNull(instant),
  }),
  WebhookDeliveryPage: object({
    items: { type: "array", items: ref("WebhookDelivery") },
    nextCursor: { ...orNull(text), description: "The `cursor` of the next page; null on the last page." },
  }),
  WebhookRedelivered: object({ queued: count }),
};
