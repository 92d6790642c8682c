/**
 * The tables that triggers maintain, and those of the sweep. Nothing else writes to them; of the former, the sweep only
 * marks rows of the outbox done.
 */
import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at } from "./tables.ts";

/**
 * The version of the environment at which each document last changed. It is a separate table so that stamping fires no
 * trigger. Exported for drizzle-kit, which compares all tables of this file with the migrations.
 */
export const documentVersions = pgTable(
  "document_versions",
  {
    environment: text("environment").notNull(),
    kind: text("kind").$type<"flag" | "segment">().notNull(),
    key: text("key").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.kind, t.key] }),
    check("document_versions_kind_check", sql`${t.kind} in ('flag', 'segment')`),
  ],
);

/** The kinds of rows that the audit records. */
export type AuditEntity = "flag" | "configuration" | "segment" | "key" | "environment" | "webhook";

export const audit = pgTable(
  "audit",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: at("at")
      .notNull()
      .default(sql`now()`),
    actor: text("actor").notNull(),
    /** The environment of the change; null for a definition or an admin token, which belong to none. */
    environment: text("environment"),
    entity: text("entity").$type<AuditEntity>().notNull(),
    key: text("key").notNull(),
    action: text("action").$type<"create" | "update" | "delete">().notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    version: bigint("version", { mode: "number" }),
    /**
     * The write: the same in all rows of one transaction, from the sequence of `id` and smaller than their ids. Null in
     * rows from before there were writes, which count as one write each.
     */
    writeId: bigint("write_id", { mode: "number" }),
    /** The name that the admin token had, or the actor itself; null in rows from before there were names. */
    actorName: text("actor_name"),
    /** Why the writer made the change; null if nobody said. */
    note: text("note"),
    /** The version that the change of a definition made in each environment that has the flag; null if in none. */
    versions: jsonb("versions").$type<Record<string, number>>(),
  },
  (t) => [
    index("audit_environment_index").on(t.environment, t.id),
    index("audit_key_index").on(t.key, t.id),
    index("audit_actor_index").on(t.actor, t.id),
    index("audit_at_index").on(t.at),
    // With the expression of writeOf in audit-filter.ts.
    index("audit_write_index").on(sql`coalesce(${t.writeId}, ${t.id})`, t.id),
    index("audit_document_index").on(t.key, t.entity, t.environment, t.id),
    check(
      "audit_entity_check",
      sql`${t.entity} in ('flag', 'configuration', 'segment', 'key', 'environment', 'webhook')`,
    ),
    check("audit_action_check", sql`${t.action} in ('create', 'update', 'delete')`),
    check("audit_note_check", sql`length(${t.note}) between 1 and 500`),
  ],
);

/**
 * One row per version that an environment has had since the audit records versions: when it was made, by which write,
 * and where the audit stood. It outlives the environment. Exported for drizzle-kit.
 */
export const auditVersions = pgTable(
  "audit_versions",
  {
    environment: text("environment").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    /** When the write had passed its checks: shortly before its commit, and never before the version before. */
    at: at("at").notNull(),
    writeId: bigint("write_id", { mode: "number" }).notNull(),
    /** The largest id that a row of the audit with effect on this version has. Rows with larger ids came later. */
    auditId: bigint("audit_id", { mode: "number" }).notNull(),
    /** `first`: the version when the records began. `raise`: versions before it may be lost, as after a restore. */
    cause: text("cause").$type<"first" | "change" | "raise">().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.version] }),
    index("audit_versions_at_index").on(t.environment, t.at),
    check("audit_versions_cause_check", sql`${t.cause} in ('first', 'change', 'raise')`),
  ],
);

/**
 * One row per version of an environment: the fields to purge, and whether that is done. It has no foreign key, because
 * it outlives the environment. Exported for drizzle-kit.
 */
export const outbox = pgTable(
  "outbox",
  {
    environment: text("environment").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    /** The fields that changed; null if everything did. */
    fields: text("fields").array(),
    /** The tag of the version; null for versions from before there were tags. */
    tag: text("tag"),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
    doneAt: at("done_at"),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.version] }),
    index("outbox_pending_index")
      .on(t.environment, t.version)
      .where(sql`done_at is null`),
  ],
);

/**
 * The places that keep entries: a Redis or a zone, each with its prefix. Every sweep names those of its worker. A row
 * of the outbox is done when all of them have accepted its purge. Exported for drizzle-kit.
 */
export const purgeTargets = pgTable("purge_targets", {
  id: text("id").primaryKey(),
  registeredAt: at("registered_at")
    .notNull()
    .default(sql`now()`),
  seenAt: at("seen_at")
    .notNull()
    .default(sql`now()`),
});

/**
 * The version up to which a target has accepted the purges of an environment; -1 if it has to purge everything first.
 * Exported for drizzle-kit.
 */
export const purgeConfirmations = pgTable(
  "purge_confirmations",
  {
    target: text("target").notNull(),
    environment: text("environment").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.target, t.environment] }),
    foreignKey({ columns: [t.target], foreignColumns: [purgeTargets.id] }).onDelete("cascade"),
  ],
);

/** The nodes, `flag:<key>` and `segment:<key>`, that each document itself names. Exported for drizzle-kit. */
export const documentReferences = pgTable(
  "document_references",
  { environment: text("environment").notNull(), node: text("node").notNull(), refersTo: text("refers_to").notNull() },
  (t) => [
    primaryKey({ columns: [t.environment, t.node, t.refersTo] }),
    index("document_references_refers_to_index").on(t.environment, t.refersTo, t.node),
  ],
);

/**
 * The nodes that the current transaction has changed and not yet checked. It is empty between transactions.
 * Exported for drizzle-kit.
 */
export const referenceChecks = pgTable(
  "reference_checks",
  { environment: text("environment").notNull(), node: text("node").notNull() },
  (t) => [primaryKey({ columns: [t.environment, t.node] })],
);
