ALTER TABLE "flags" DROP CONSTRAINT "flags_key_check";--> statement-breakpoint
ALTER TABLE "segments" DROP CONSTRAINT "segments_key_check";--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_key_check" CHECK ("flags"."key" ~ '^[A-Za-z0-9._~-]{1,128}$' and "flags"."key" <> '__proto__');--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_key_check" CHECK ("segments"."key" ~ '^[A-Za-z0-9._~-]{1,128}$' and "segments"."key" <> '__proto__');