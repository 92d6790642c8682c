/** The tables of webhooks. docs/model.md describes how triggers queue their events. */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { at } from "../tables.ts";

/** Parts of the project that a webhook can select. `token` is an admin token, which belongs to no environment. */
export type WebhookEntity = "flag" | "segment" | "key" | "environment" | "token";
export type WebhookFormat = "standard" | "slack";

export const webhooks = pgTable(
  "webhooks",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    url: text("url").notNull(),
    format: text("format").$type<WebhookFormat>().notNull().default("standard"),
    enabled: boolean("enabled").notNull().default(true),
    /** The environments whose changes it gets; `null` for all, and for changes that concern no environment. */
    environments: text("environments").array(),
    /** It gets only changes of flags with one of these tags; `null` for everything. */
    tags: text("tags").array(),
    entities: text("entities").array().$type<WebhookEntity[]>(),
    secretSalt: text("secret_salt").notNull(),
    secretHash: text("secret_hash").notNull(),
    /** The previous secret, which also signs until `previousUntil`. */
    previousSalt: text("previous_salt"),
    previousHash: text("previous_hash"),
    previousUntil: at("previous_until"),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    check("webhooks_id_check", sql`${t.id} ~ '^[A-Za-z0-9]{8,40}$'`),
    check("webhooks_name_check", sql`length(${t.name}) between 1 and 200`),
    check("webhooks_url_check", sql`length(${t.url}) <= 2000`),
    check("webhooks_format_check", sql`${t.format} in ('standard', 'slack')`),
    check(
      "webhooks_environments_check",
      sql`cardinality(${t.environments}) between 1 and 100 and array_position(${t.environments}, null) is null`,
    ),
    check(
      "webhooks_tags_check",
      sql`cardinality(${t.tags}) between 1 and 100 and array_position(${t.tags}, null) is null`,
    ),
    check(
      "webhooks_entities_check",
      sql`cardinality(${t.entities}) > 0 and ${t.entities} <@ '{flag,segment,key,environment,token}'`,
    ),
    check("webhooks_secret_check", sql`${t.secretSalt} ~ '^[0-9a-f]{32}$' and ${t.secretHash} ~ '^[0-9a-f]{64}$'`),
    check(
      "webhooks_previous_check",
      sql`(${t.previousSalt} is null) = (${t.previousHash} is null) and (${t.previousSalt} is null) = (${t.previousUntil} is null)`,
    ),
  ],
);

/** One attempt to send an event. */
export interface AttemptRecord {
  /** ISO 8601. */
  at: string;
  /** The status of the response; `null` if there was none. */
  status: number | null;
  /** Why the attempt failed; `null` if it did not. */
  error: string | null;
  durationMs: number;
}

/**
 * The changes that one write made in one environment, for one webhook. The changes themselves are in the audit.
 * Ascending ids are the order of an environment's writes, because a write holds the environment's row lock.
 */
export const webhookEvents = pgTable(
  "webhook_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    webhookId: text("webhook_id").notNull(),
    /** Empty for changes that concern no environment. */
    environment: text("environment").notNull(),
    writeId: bigint("write_id", { mode: "number" }).notNull(),
    /** The header `webhook-id`. It is random, because a restored database gives numbers out again. */
    messageId: text("message_id").notNull(),
    /** The version of the environment after the write; `null` if the event concerns no environment. */
    version: bigint("version", { mode: "number" }),
    /** The rows of the audit; of more than 50, the first. */
    auditIds: bigint("audit_ids", { mode: "number" }).array().notNull(),
    /** The number of flags, segments, keys and so on that the write changed. */
    entityCount: integer("entity_count").notNull(),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
    state: text("state").$type<"pending" | "delivered" | "dead">().notNull().default("pending"),
    /** When a sender first saw the event, by the sender's clock. */
    seenAt: at("seen_at"),
    attempts: integer("attempts").notNull().default(0),
    /** The last attempts, oldest first. */
    log: jsonb("log").$type<AttemptRecord[]>().notNull().default([]),
    /** When it was delivered or became a dead letter, by the sender's clock. */
    finishedAt: at("finished_at"),
  },
  (t) => [
    foreignKey({ columns: [t.webhookId], foreignColumns: [webhooks.id] }).onDelete("cascade"),
    // A statement of a write that follows `set constraints all immediate` adds to the event of the write.
    uniqueIndex("webhook_events_write_index").on(t.writeId, t.webhookId, t.environment),
    index("webhook_events_list_index").on(t.webhookId, t.id),
    index("webhook_events_state_index")
      .on(t.webhookId, t.state, t.environment, t.id)
      .where(sql`state <> 'delivered'`),
    index("webhook_events_finished_index")
      .on(t.finishedAt)
      .where(sql`finished_at is not null`),
    check("webhook_events_state_check", sql`${t.state} in ('pending', 'delivered', 'dead')`),
  ],
);

/** The events of one webhook and environment, which one sender at a time sends in order. Exported for drizzle-kit. */
export const webhookQueues = pgTable(
  "webhook_queues",
  {
    webhookId: text("webhook_id").notNull(),
    environment: text("environment").notNull(),
    /** Counts the leases. A sender whose number is no longer this one has lost its lease and records nothing. */
    fence: bigint("fence", { mode: "number" }).notNull().default(0),
    leasedUntil: at("leased_until"),
    /** When a sender may try again; `null` if the last attempt succeeded. */
    nextAttemptAt: at("next_attempt_at"),
  },
  (t) => [
    primaryKey({ columns: [t.webhookId, t.environment] }),
    foreignKey({ columns: [t.webhookId], foreignColumns: [webhooks.id] }).onDelete("cascade"),
  ],
);

/** Writes whose events are not queued yet. It is empty between transactions. Exported for drizzle-kit. */
export const webhookWrites = pgTable("webhook_writes", {
  writeId: bigint("write_id", { mode: "number" }).primaryKey(),
});
