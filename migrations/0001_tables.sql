CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"environment" text,
	"entity" text NOT NULL,
	"key" text NOT NULL,
	"action" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"version" bigint,
	CONSTRAINT "audit_entity_check" CHECK ("audit"."entity" in ('flag', 'configuration', 'segment', 'key', 'environment')),
	CONSTRAINT "audit_action_check" CHECK ("audit"."action" in ('create', 'update', 'delete'))
);
--> statement-breakpoint
CREATE TABLE "document_references" (
	"environment" text NOT NULL,
	"node" text NOT NULL,
	"refers_to" text NOT NULL,
	CONSTRAINT "document_references_environment_node_refers_to_pk" PRIMARY KEY("environment","node","refers_to")
);
--> statement-breakpoint
CREATE TABLE "document_versions" (
	"environment" text NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "document_versions_environment_kind_key_pk" PRIMARY KEY("environment","kind","key"),
	CONSTRAINT "document_versions_kind_check" CHECK ("document_versions"."kind" in ('flag', 'segment'))
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"key" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"bumped_by" "xid8",
	"bumped_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "environments_key_check" CHECK ("environments"."key" ~ '^[a-z0-9](-?[a-z0-9])*$' and length("environments"."key") <= 40),
	CONSTRAINT "environments_name_check" CHECK (length("environments"."name") between 1 and 200),
	CONSTRAINT "environments_version_check" CHECK ("environments"."version" between 1 and 9007199254740991)
);
--> statement-breakpoint
CREATE TABLE "flag_configurations" (
	"environment" text NOT NULL,
	"flag_key" text NOT NULL,
	"enabled" boolean DEFAULT false NOT NULL,
	"rules" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"default_serve" jsonb NOT NULL,
	"off_variant" text,
	"prerequisites" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flag_configurations_environment_flag_key_pk" PRIMARY KEY("environment","flag_key"),
	CONSTRAINT "flag_configurations_rules_check" CHECK (jsonb_typeof("flag_configurations"."rules") = 'array' and octet_length("flag_configurations"."rules"::text) <= 1048576),
	CONSTRAINT "flag_configurations_default_serve_check" CHECK (jsonb_typeof("flag_configurations"."default_serve") = 'object' and octet_length("flag_configurations"."default_serve"::text) <= 65536),
	CONSTRAINT "flag_configurations_prerequisites_check" CHECK (jsonb_typeof("flag_configurations"."prerequisites") = 'array' and octet_length("flag_configurations"."prerequisites"::text) <= 65536)
);
--> statement-breakpoint
CREATE TABLE "flags" (
	"key" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"type" text NOT NULL,
	"variants" jsonb NOT NULL,
	"client_visible" boolean DEFAULT false NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"owner" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flags_key_check" CHECK ("flags"."key" ~ '^[A-Za-z0-9._~-]{1,128}$' and "flags"."key" not in ('__proto__', 'constructor', 'prototype')),
	CONSTRAINT "flags_kind_check" CHECK ("flags"."kind" in ('flag', 'switch', 'sample')),
	CONSTRAINT "flags_type_check" CHECK ("flags"."type" in ('boolean', 'string', 'integer', 'float', 'object')),
	CONSTRAINT "flags_variants_check" CHECK (jsonb_typeof("flags"."variants") = 'object' and octet_length("flags"."variants"::text) <= 1048576),
	CONSTRAINT "flags_metadata_check" CHECK (jsonb_typeof("flags"."metadata") = 'object' and octet_length("flags"."metadata"::text) <= 65536),
	CONSTRAINT "flags_description_check" CHECK (length("flags"."description") <= 10000),
	CONSTRAINT "flags_tags_check" CHECK (cardinality("flags"."tags") <= 100 and array_position("flags"."tags", null) is null),
	CONSTRAINT "flags_owner_check" CHECK (length("flags"."owner") <= 200)
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"environment" text NOT NULL,
	"version" bigint NOT NULL,
	"fields" text[],
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "outbox_environment_version_pk" PRIMARY KEY("environment","version")
);
--> statement-breakpoint
CREATE TABLE "reference_checks" (
	"environment" text NOT NULL,
	"node" text NOT NULL,
	CONSTRAINT "reference_checks_environment_node_pk" PRIMARY KEY("environment","node")
);
--> statement-breakpoint
CREATE TABLE "sdk_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"environment" text,
	"kind" text NOT NULL,
	"role" text,
	"name" text NOT NULL,
	"secret_hash" text NOT NULL,
	"origins" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "sdk_keys_id_check" CHECK ("sdk_keys"."id" ~ '^[A-Za-z0-9]{8,40}$'),
	CONSTRAINT "sdk_keys_kind_check" CHECK ("sdk_keys"."kind" in ('client', 'server', 'admin')),
	CONSTRAINT "sdk_keys_environment_check" CHECK (("sdk_keys"."kind" = 'admin') = ("sdk_keys"."environment" is null)),
	CONSTRAINT "sdk_keys_role_check" CHECK (("sdk_keys"."kind" = 'admin') = ("sdk_keys"."role" is not null) and "sdk_keys"."role" in ('read', 'write')),
	CONSTRAINT "sdk_keys_name_check" CHECK (length("sdk_keys"."name") between 1 and 200),
	CONSTRAINT "sdk_keys_secret_hash_check" CHECK ("sdk_keys"."secret_hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "sdk_keys_origins_check" CHECK (cardinality("sdk_keys"."origins") <= 100 and array_position("sdk_keys"."origins", null) is null and ("sdk_keys"."kind" = 'client' or "sdk_keys"."origins" = '{}'))
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"environment" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"condition" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "segments_environment_key_pk" PRIMARY KEY("environment","key"),
	CONSTRAINT "segments_key_check" CHECK ("segments"."key" ~ '^[A-Za-z0-9._~-]{1,128}$' and "segments"."key" not in ('__proto__', 'constructor', 'prototype')),
	CONSTRAINT "segments_name_check" CHECK (length("segments"."name") between 1 and 200),
	CONSTRAINT "segments_description_check" CHECK (length("segments"."description") <= 10000),
	CONSTRAINT "segments_condition_check" CHECK (jsonb_typeof("segments"."condition") = 'object' and octet_length("segments"."condition"::text) <= 1048576)
);
--> statement-breakpoint
ALTER TABLE "flag_configurations" ADD CONSTRAINT "flag_configurations_environment_environments_key_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_configurations" ADD CONSTRAINT "flag_configurations_flag_key_flags_key_fk" FOREIGN KEY ("flag_key") REFERENCES "public"."flags"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_environment_environments_key_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_environment_environments_key_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_environment_index" ON "audit" USING btree ("environment","id");--> statement-breakpoint
CREATE INDEX "audit_key_index" ON "audit" USING btree ("key","id");--> statement-breakpoint
CREATE INDEX "document_references_refers_to_index" ON "document_references" USING btree ("environment","refers_to","node");--> statement-breakpoint
CREATE INDEX "flag_configurations_flag_key_index" ON "flag_configurations" USING btree ("flag_key");--> statement-breakpoint
CREATE INDEX "flags_tags_index" ON "flags" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "outbox_pending_index" ON "outbox" USING btree ("environment","version") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "sdk_keys_environment_index" ON "sdk_keys" USING btree ("environment");