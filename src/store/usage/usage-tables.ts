/** The tables of usage, which functions of Postgres write (migrations/functions/usage.sql). See docs/model.md. */
import { sql } from "drizzle-orm";
import { bigint, date, foreignKey, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at, environments, sdkKeys } from "../tables.ts";

/**
 * The environments that have usage. When one is deleted, its row stays without it until the sweep has deleted the
 * counts in batches, and an environment of the same key that is created later begins without counts. Exported for
 * drizzle-kit.
 */
export const usageScopes = pgTable(
  "usage_scopes",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    environment: text("environment").unique(),
    /**
     * When the first count came in, or the first one after a pause of all counts. A flag without counts is unused only
     * if they go back far enough.
     */
    countedSince: at("counted_since")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [foreignKey({ columns: [t.environment], foreignColumns: [environments.key] }).onDelete("set null")],
);

const scope = () =>
  integer("scope")
    .notNull()
    .references(() => usageScopes.id);

/** The columns that say what was counted. `flag_key` has no foreign key: a deleted flag keeps its counts. */
const counted = () => ({
  scope: scope(),
  /** `*` for evaluations whose flag is not known, because there were too many counters. */
  flagKey: text("flag_key").notNull(),
  /** Empty if the caller's default or an error was served. */
  variant: text("variant").notNull(),
  /** The rule's id; empty for the default, the off variant and errors. */
  rule: text("rule").notNull(),
  /** The SDK key's id; empty for a service binding. */
  keyId: text("key_id").notNull(),
  requested: bigint("requested", { mode: "number" }).notNull(),
  used: bigint("used", { mode: "number" }).notNull(),
});

/** Evaluations by hour. The sweep moves hours older than 30 days to the days. Exported for drizzle-kit. */
export const usageHours = pgTable("usage_hours", { hour: at("hour").notNull(), ...counted() }, (t) => [
  primaryKey({ columns: [t.scope, t.flagKey, t.hour, t.variant, t.rule, t.keyId] }),
  index("usage_hours_hour_index").on(t.hour),
]);

/** Evaluations by day in UTC, for 400 days. Exported for drizzle-kit. */
export const usageDays = pgTable("usage_days", { day: date("day").notNull(), ...counted() }, (t) => [
  primaryKey({ columns: [t.scope, t.flagKey, t.day, t.variant, t.rule, t.keyId] }),
  index("usage_days_day_index").on(t.day),
]);

/** The batches that were added, so that a repeated one counts once. Exported for drizzle-kit. */
export const usageBatches = pgTable(
  "usage_batches",
  {
    id: text("id").primaryKey(),
    addedAt: at("added_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [index("usage_batches_added_at_index").on(t.addedAt)],
);

/** When each flag was last evaluated in each environment. Exported for drizzle-kit. */
export const flagUsage = pgTable(
  "flag_usage",
  {
    scope: scope(),
    flagKey: text("flag_key").notNull(),
    /** By itself, through a service binding, or in a server's process. */
    usedAt: at("used_at"),
    /** As one of all flags. */
    requestedAt: at("requested_at"),
  },
  (t) => [primaryKey({ columns: [t.scope, t.flagKey] })],
);

/** When each SDK key was last used. A table of its own, because a change of sdk_keys is audited. */
export const keyUsage = pgTable(
  "key_usage",
  { keyId: text("key_id").primaryKey(), usedAt: at("used_at").notNull() },
  (t) => [foreignKey({ columns: [t.keyId], foreignColumns: [sdkKeys.id] }).onDelete("cascade")],
);
