-- A flag's definition has a fallback: the value that code uses when an evaluation fails.
--
-- Workers of the previous version keep working: they leave the column alone, and refuse "fallback" in a request and in
-- an image of the audit.
ALTER TABLE "flags" ADD COLUMN "fallback" jsonb;--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_fallback_check" CHECK (octet_length("flags"."fallback"::text) <= 1048576);