import { MERGE_PATCH_TYPES } from "../merge-patch-body.ts";
import { route, type RouteSpec } from "../route.ts";
import { parseShape } from "../shape.ts";
import {
  patchWebhook,
  postRedelivery,
  postSecret,
  postTest,
  postWebhook,
  removePreviousSecret,
  removeWebhook,
  showDeliveries,
  showWebhook,
  showWebhooks,
} from "./handlers.ts";
import { deliveryQuery, parseWebhook, redeliverySchema, rotationSchema, webhookPatchSchema } from "./input.ts";

const WEBHOOKS = "/api/v1/webhooks";
const WEBHOOK = `${WEBHOOKS}/:id`;
const ONLY_TOKENS = "Takes an admin token without limits to environments.";
const written: RouteSpec["responses"] = { 200: { description: "Changed.", schema: "WebhookWritten" } };

/** Webhooks of the project. */
export const WEBHOOK_ROUTES = [
  route(
    {
      method: "get",
      path: WEBHOOKS,
      tag: "Webhooks",
      id: "listWebhooks",
      summary: "List webhooks",
      description: `Returns all webhooks, oldest first; a project has at most 20. \`url\` has neither path nor query, because they can be secret. ${ONLY_TOKENS}`,
      access: "read",
      responses: { 200: { description: "The webhooks.", schema: "WebhookList" } },
    },
    showWebhooks,
  ),
  route(
    {
      method: "post",
      path: WEBHOOKS,
      tag: "Webhooks",
      id: "createWebhook",
      summary: "Create a webhook",
      description: `Only this response contains the signing secret. The receiver gets the changes that are made from now on. ${ONLY_TOKENS} 409 if the project has 20 webhooks.`,
      access: "write",
      body: {
        schema: "WebhookInput",
        example: { name: "Deployments", url: "https://hooks.example.com/burgee", environments: ["production"] },
        parse: parseWebhook,
      },
      responses: { 201: { description: "Created.", schema: "WebhookCreated" } },
      problems: [409],
    },
    postWebhook,
  ),
  route(
    {
      method: "get",
      path: WEBHOOK,
      tag: "Webhooks",
      id: "getWebhook",
      summary: "Read a webhook",
      access: "read",
      responses: { 200: { description: "The webhook.", schema: "Webhook" } },
    },
    showWebhook,
  ),
  route(
    {
      method: "patch",
      path: WEBHOOK,
      tag: "Webhooks",
      id: "updateWebhook",
      summary: "Change a webhook",
      description:
        "A webhook that is not enabled gets no events of the changes that are made meanwhile. Those that wait stay until it is enabled again. A new `url` or `format`, or `enabled: true`, sends them at once, and gives each a whole day again. New filters apply to changes from now on.",
      access: "write",
      body: {
        schema: "WebhookPatch",
        mediaTypes: MERGE_PATCH_TYPES,
        example: { enabled: false },
        parse: (value: unknown) => parseShape(webhookPatchSchema, value),
      },
      responses: written,
    },
    patchWebhook,
  ),
  route(
    {
      method: "delete",
      path: WEBHOOK,
      tag: "Webhooks",
      id: "deleteWebhook",
      summary: "Delete a webhook with its events",
      access: "write",
      responses: { 200: { description: "Deleted. The webhook as it was.", schema: "WebhookWritten" } },
    },
    removeWebhook,
  ),
  route(
    {
      method: "post",
      path: `${WEBHOOK}/secret`,
      tag: "Webhooks",
      id: "rotateWebhookSecret",
      summary: "Give a webhook a new secret",
      description:
        "Only this response contains the new secret. Requests carry a signature by each of the two secrets for `overlapSeconds`, a day unless you say otherwise. Events that wait are sent at once.",
      access: "write",
      body: {
        schema: "WebhookRotation",
        example: { overlapSeconds: 86_400 },
        parse: (value: unknown) => parseShape(rotationSchema, value),
      },
      responses: { 200: { description: "The new secret.", schema: "WebhookCreated" } },
    },
    postSecret,
  ),
  route(
    {
      method: "delete",
      path: `${WEBHOOK}/secret/previous`,
      tag: "Webhooks",
      id: "endPreviousWebhookSecret",
      summary: "End the previous secret",
      description: "Requests carry only the signature by the current secret from now on.",
      access: "write",
      responses: written,
    },
    removePreviousSecret,
  ),
  route(
    {
      method: "post",
      path: `${WEBHOOK}/test`,
      tag: "Webhooks",
      id: "testWebhook",
      summary: "Send a test event",
      description:
        "Waits up to five seconds for the receiver and says what it responded. A test is sent once, also if the webhook is not enabled, and has no place in the order of events.",
      access: "write",
      hasDryRun: false,
      responses: { 200: { description: "The receiver's response.", schema: "WebhookAttempt" } },
    },
    postTest,
  ),
  route(
    {
      method: "get",
      path: `${WEBHOOK}/deliveries`,
      tag: "Webhooks",
      id: "listWebhookDeliveries",
      summary: "List the events of a webhook",
      description:
        "Each event has its state and its last five attempts. `state=dead` lists the dead letters. Delivered events stay for seven days and dead letters for 30.",
      access: "read",
      query: deliveryQuery,
      responses: { 200: { description: "A page of events, newest first.", schema: "WebhookDeliveryPage" } },
    },
    showDeliveries,
  ),
  route(
    {
      method: "post",
      path: `${WEBHOOK}/redeliver`,
      tag: "Webhooks",
      id: "redeliverWebhookEvents",
      summary: "Send events again",
      description:
        "Queues one event that was delivered or is a dead letter, or with `null` the oldest 1,000 dead letters. The events keep their ids and timestamps, and go to the front of their queues in their old order: before all events that are not sent yet.",
      access: "write",
      hasDryRun: false,
      body: {
        schema: "WebhookRedelivery",
        example: { event: null },
        parse: (value: unknown) => parseShape(redeliverySchema, value),
      },
      responses: {
        200: { description: "The number of events that will be sent again.", schema: "WebhookRedelivered" },
      },
    },
    postRedelivery,
  ),
];
