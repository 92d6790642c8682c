-- The audit groups the changes of one write, and has the writer's name, a note, and the versions that the change of a
-- definition made. The next migration fills these columns.
--
-- Building the indexes holds up writes, but no reads. The constraint is NOT VALID because a new column violates nothing,
-- and reading the whole audit would take longer.
CREATE TABLE "audit_versions" (
	"environment" text NOT NULL,
	"version" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"write_id" bigint NOT NULL,
	"audit_id" bigint NOT NULL,
	"cause" text NOT NULL,
	CONSTRAINT "audit_versions_environment_version_pk" PRIMARY KEY("environment","version"),
	CONSTRAINT "audit_versions_cause_check" CHECK ("audit_versions"."cause" in ('first', 'change', 'raise'))
);
--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "write_id" bigint;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "actor_name" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "versions" jsonb;--> statement-breakpoint
CREATE INDEX "audit_versions_at_index" ON "audit_versions" USING btree ("environment","at");--> statement-breakpoint
CREATE INDEX "audit_write_index" ON "audit" USING btree (coalesce("write_id", "id"),"id");--> statement-breakpoint
CREATE INDEX "audit_document_index" ON "audit" USING btree ("key","entity","environment","id");--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_note_check" CHECK (length("audit"."note") between 1 and 500) NOT VALID;