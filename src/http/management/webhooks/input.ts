import {
  array,
  boolean,
  check,
  exactOptional,
  type GenericSchema,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  regex,
  string,
  transform,
} from "valibot";
import { MAX_RECEIVER_URL, receiverProblem, type ReceiverRules } from "../../../ops/receiver-url.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { cursorOf, limitOf } from "../page.ts";
import { environmentKey, fields, nameText, parseShape } from "../shape.ts";

const FORMATS = ["standard", "slack"] as const;
const ENTITIES = ["flag", "segment", "key", "environment", "token"] as const;
const STATES = ["pending", "delivered", "dead"] as const;
/** The most environments, tags or entities that one webhook selects. */
const MAX_SELECTED = 100;
/** The longest time for which a secret goes on signing after it was replaced: 30 days (s). */
const MAX_OVERLAP_SECONDS = 2_592_000;
const EVENT_RULE = "must be the id of an event, or null for all dead letters";
const OVERLAP_RULE = `must be a whole number of seconds from 0 to ${MAX_OVERLAP_SECONDS}`;

/** A list of what a webhook selects, or `null` for everything. */
function selection<S extends GenericSchema<string>>(item: S, noun: string) {
  return nullable(
    pipe(
      array(item, `must be a list of ${noun}, or null for all`),
      minLength(1, `must name one of the ${noun}, or be null for all`),
      maxLength(MAX_SELECTED, `must not name more than ${MAX_SELECTED} ${noun}`),
    ),
  );
}

const tag = pipe(
  string("must be text"),
  minLength(1, "must not be empty"),
  maxLength(200, "must not exceed 200 characters"),
);
const entries = {
  /** A name for people. */
  name: nameText,
  /** The receiver: a URL that begins with `https://` and names a public host. */
  url: pipe(
    string("is required and must be a URL"),
    maxLength(MAX_RECEIVER_URL, `must not exceed ${MAX_RECEIVER_URL} characters`),
  ),
  /** The form of the messages: that of Standard Webhooks, or a short message for Slack. */
  format: picklist(FORMATS, `must be one of ${FORMATS.join(", ")}`),
  enabled: boolean("must be true or false"),
  /** `null` for all environments, and for changes that concern none, such as those of admin tokens. */
  environments: selection(environmentKey, "environments"),
  /** Selects flags with one of these tags, before or after the change; `null` for everything. */
  tags: selection(tag, "tags"),
  entities: selection(picklist(ENTITIES, `must be one of ${ENTITIES.join(", ")}`), "entities"),
};

export const webhookSchema = fields({
  name: entries.name,
  url: entries.url,
  format: optional(entries.format, "standard"),
  enabled: optional(entries.enabled, true),
  environments: optional(entries.environments, null),
  tags: optional(entries.tags, null),
  entities: optional(entries.entities, null),
});

export const webhookPatchSchema = pipe(
  fields({
    name: exactOptional(entries.name),
    url: exactOptional(entries.url),
    format: exactOptional(entries.format),
    enabled: exactOptional(entries.enabled),
    environments: exactOptional(entries.environments),
    tags: exactOptional(entries.tags),
    entities: exactOptional(entries.entities),
  }),
  check((patch) => Object.keys(patch).length > 0, `must contain one of ${Object.keys(entries).join(", ")}`),
);

export const rotationSchema = fields({
  /** How long the previous secret also signs; 0 ends it at once. */
  overlapSeconds: optional(
    pipe(
      number(OVERLAP_RULE),
      integer(OVERLAP_RULE),
      minValue(0, OVERLAP_RULE),
      maxValue(MAX_OVERLAP_SECONDS, OVERLAP_RULE),
    ),
    86_400,
  ),
});

export const redeliverySchema = fields({
  /** The id of one event; `null` for the dead letters. */
  event: nullable(pipe(string(EVENT_RULE), regex(/^evt_[0-9a-f]{32}$/, EVENT_RULE))),
});

export const deliveryQuery = fields({
  state: optional(picklist(STATES, `must be one of ${STATES.join(", ")}`)),
  limit: limitOf(50, 200),
  cursor: optional(pipe(cursorOf("id"), transform(Number))),
});

export type WebhookBody = InferOutput<typeof webhookSchema>;
export type WebhookPatch = InferOutput<typeof webhookPatchSchema>;
export type RotationBody = InferOutput<typeof rotationSchema>;
export type RedeliveryBody = InferOutput<typeof redeliverySchema>;
export type DeliveriesQuery = InferOutput<typeof deliveryQuery>;

/** @throws InvalidInputError */
export function parseWebhook(value: unknown): WebhookBody {
  return parseShape(webhookSchema, value);
}

/** @throws InvalidInputError if the worker must not send there */
export function requireReceiver(url: string | undefined, rules: ReceiverRules): void {
  const problem = url === undefined ? undefined : receiverProblem(url, rules);
  if (problem !== undefined) throw new InvalidInputError([{ pointer: "/url", detail: problem }]);
}
