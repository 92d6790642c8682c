/**
 * The tables that statements write. Triggers maintain those in derived-tables.ts. docs/model.md describes the triggers,
 * the functions, and the effects of each write.
 */
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  customType,
  date,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import type {
  Condition,
  FlagDefinition,
  FlagKind,
  FlagType,
  JsonValue,
  Lifetime,
  Prerequisite,
  Rule,
  Serve,
} from "../flags/document.ts";
import { KEY_SHAPE } from "../flags/limits.ts";

/** The id of a transaction. It is never reused. */
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/** A time as ISO 8601 with milliseconds. */
export const at = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (value) => new Date(value).toISOString(),
});

/** The rule of keys in flags/limits.ts, as far as Postgres knows it. */
const isKey = (column: AnyPgColumn) =>
  sql`${column} ~ ${sql.raw(`'${KEY_SHAPE.source}'`)} and length(${column}) <= 128 and ${column} <> '__proto__' and ${column} is nfc normalized`;

export const environments = pgTable(
  "environments",
  {
    key: text("key").primaryKey(),
    name: text("name").notNull(),
    version: bigint("version", { mode: "number" }).notNull().default(1),
    /** Random, drawn with each version; null only for versions from before there were tags. */
    versionTag: text("version_tag"),
    /**
     * When the environment began to allow signed overrides. Older ones are invalid. `null` if it does not allow any.
     */
    overridesAllowedAt: at("overrides_allowed_at"),
    /** Whether each write through the API needs a note for the audit. */
    requiresNote: boolean("requires_note").notNull().default(false),
    /**
     * The transaction that made this version, because each makes only one. The time tells ids from before a restore
     * apart.
     */
    bumpedBy: xid8("bumped_by"),
    bumpedAt: at("bumped_at"),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    check("environments_key_check", sql`${t.key} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${t.key}) <= 40`),
    check("environments_name_check", sql`length(${t.name}) between 1 and 200`),
    check("environments_version_check", sql`${t.version} between 1 and 9007199254740991`),
  ],
);

export const flags = pgTable(
  "flags",
  {
    key: text("key").primaryKey(),
    kind: text("kind").$type<FlagKind>().notNull(),
    type: text("type").$type<FlagType>().notNull(),
    variants: jsonb("variants").$type<Record<string, JsonValue>>().notNull(),
    clientVisible: boolean("client_visible").notNull().default(false),
    metadata: jsonb("metadata").$type<FlagDefinition["metadata"]>().notNull().default({}),
    description: text("description").notNull().default(""),
    tags: text("tags").array().notNull().default([]),
    owner: text("owner"),
    /** The value that code uses when an evaluation fails; null if nobody has said. */
    fallback: jsonb("fallback").$type<JsonValue>(),
    /** The JSON Schema of the variants and the fallback; null if there is none. */
    jsonSchema: jsonb("json_schema").$type<Record<string, JsonValue>>(),
    /** Null if nobody has said whether the flag is to stay. */
    lifetime: text("lifetime").$type<Lifetime>(),
    /** The day from which a temporary flag is due for removal. It changes nothing that is served. */
    expiresAt: at("expires_at"),
    /** Null if the flag is not archived. Only archive_flag() and restore_flag() write it. */
    archivedAt: at("archived_at"),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
    updatedAt: at("updated_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    index("flags_tags_index").using("gin", t.tags),
    index("flags_archived_index")
      .on(t.key)
      .where(sql`archived_at is not null`),
    check("flags_key_check", isKey(t.key)),
    check("flags_kind_check", sql`${t.kind} in ('flag', 'switch', 'sample')`),
    check("flags_type_check", sql`${t.type} in ('boolean', 'string', 'integer', 'float', 'object', 'json')`),
    check(
      "flags_variants_check",
      sql`jsonb_typeof(${t.variants}) = 'object' and octet_length(${t.variants}::text) <= 1048576`,
    ),
    check(
      "flags_metadata_check",
      sql`jsonb_typeof(${t.metadata}) = 'object' and octet_length(${t.metadata}::text) <= 65536`,
    ),
    check("flags_description_check", sql`length(${t.description}) <= 10000`),
    check("flags_tags_check", sql`cardinality(${t.tags}) <= 100 and array_position(${t.tags}, null) is null`),
    check("flags_owner_check", sql`length(${t.owner}) <= 200`),
    check("flags_fallback_check", sql`octet_length(${t.fallback}::text) <= 1048576`),
    check(
      "flags_json_schema_check",
      sql`jsonb_typeof(${t.jsonSchema}) = 'object' and octet_length(${t.jsonSchema}::text) <= 1048576`,
    ),
    check("flags_lifetime_check", sql`${t.lifetime} in ('permanent', 'temporary')`),
    check("flags_expires_at_check", sql`${t.expiresAt} is null or ${t.lifetime} = 'temporary'`),
  ],
);

export const flagConfigurations = pgTable(
  "flag_configurations",
  {
    environment: text("environment").notNull(),
    flagKey: text("flag_key").notNull(),
    enabled: boolean("enabled").notNull().default(false),
    rules: jsonb("rules").$type<Rule[]>().notNull().default([]),
    defaultServe: jsonb("default_serve").$type<Serve>().notNull(),
    offVariant: text("off_variant"),
    prerequisites: jsonb("prerequisites").$type<Prerequisite[]>().notNull().default([]),
    updatedAt: at("updated_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.flagKey] }),
    foreignKey({ columns: [t.environment], foreignColumns: [environments.key] }),
    foreignKey({ columns: [t.flagKey], foreignColumns: [flags.key] }),
    index("flag_configurations_flag_key_index").on(t.flagKey),
    check(
      "flag_configurations_rules_check",
      sql`jsonb_typeof(${t.rules}) = 'array' and octet_length(${t.rules}::text) <= 1048576`,
    ),
    check(
      "flag_configurations_default_serve_check",
      sql`jsonb_typeof(${t.defaultServe}) = 'object' and octet_length(${t.defaultServe}::text) <= 65536`,
    ),
    check(
      "flag_configurations_prerequisites_check",
      sql`jsonb_typeof(${t.prerequisites}) = 'array' and octet_length(${t.prerequisites}::text) <= 65536`,
    ),
  ],
);

/**
 * The configurations of archived flags, which flag_configurations does not contain, so that every reader takes such a
 * flag for absent. `configuration` is the whole row. Exported for drizzle-kit.
 */
export const archivedConfigurations = pgTable(
  "archived_configurations",
  {
    environment: text("environment").notNull(),
    flagKey: text("flag_key").notNull(),
    configuration: jsonb("configuration").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.flagKey] }),
    foreignKey({ columns: [t.environment], foreignColumns: [environments.key] }).onDelete("cascade"),
    index("archived_configurations_flag_key_index").on(t.flagKey),
  ],
);

export const segments = pgTable(
  "segments",
  {
    environment: text("environment").notNull(),
    key: text("key").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    condition: jsonb("condition").$type<Condition>().notNull(),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
    updatedAt: at("updated_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    primaryKey({ columns: [t.environment, t.key] }),
    foreignKey({ columns: [t.environment], foreignColumns: [environments.key] }),
    check("segments_key_check", isKey(t.key)),
    check("segments_name_check", sql`length(${t.name}) between 1 and 200`),
    check("segments_description_check", sql`length(${t.description}) <= 10000`),
    check(
      "segments_condition_check",
      sql`jsonb_typeof(${t.condition}) = 'object' and octet_length(${t.condition}::text) <= 1048576`,
    ),
  ],
);

export const sdkKeys = pgTable(
  "sdk_keys",
  {
    id: text("id").primaryKey(),
    /** `null` for admin tokens, which belong to the project. */
    environment: text("environment"),
    /** `limited` is an admin token with environments or an expiry, which older workers do not know and refuse. */
    kind: text("kind").$type<"client" | "server" | "admin" | "limited">().notNull(),
    role: text("role").$type<"read" | "write">(),
    name: text("name").notNull(),
    secretHash: text("secret_hash").notNull(),
    origins: text("origins").array().notNull().default([]),
    createdAt: at("created_at")
      .notNull()
      .default(sql`now()`),
    revokedAt: at("revoked_at"),
    /** The environments of an admin token; `null` for all. */
    environments: text("environments").array(),
    expiresAt: at("expires_at"),
    /** The day in UTC on which an admin token was last accepted. */
    lastUsedOn: date("last_used_on"),
  },
  (t) => [
    foreignKey({ columns: [t.environment], foreignColumns: [environments.key] }),
    index("sdk_keys_environment_index").on(t.environment),
    check("sdk_keys_id_check", sql`${t.id} ~ '^[A-Za-z0-9]{8,40}$'`),
    check("sdk_keys_kind_check", sql`${t.kind} in ('client', 'server', 'admin', 'limited')`),
    check("sdk_keys_environment_check", sql`(${t.kind} in ('admin', 'limited')) = (${t.environment} is null)`),
    check(
      "sdk_keys_role_check",
      sql`(${t.kind} in ('admin', 'limited')) = (${t.role} is not null) and ${t.role} in ('read', 'write')`,
    ),
    check(
      "sdk_keys_limits_check",
      sql`(${t.kind} = 'limited') = (${t.environments} is not null or ${t.expiresAt} is not null)`,
    ),
    check(
      "sdk_keys_environments_check",
      sql`cardinality(${t.environments}) between 1 and 100 and array_position(${t.environments}, null) is null`,
    ),
    check("sdk_keys_name_check", sql`length(${t.name}) between 1 and 200`),
    check("sdk_keys_secret_hash_check", sql`${t.secretHash} ~ '^[0-9a-f]{64}$'`),
    check(
      "sdk_keys_origins_check",
      sql`cardinality(${t.origins}) <= 100 and array_position(${t.origins}, null) is null and (${t.kind} = 'client' or ${t.origins} = '{}')`,
    ),
  ],
);
