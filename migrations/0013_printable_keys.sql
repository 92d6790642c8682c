-- Keys of flags and segments can be any printable text without spaces, and flags can have the type json.
--
-- Workers of the previous version keep working: they serve flags with such keys in bulk responses only, and read flags of
-- the type json from Postgres, because they do not know the type in Redis.
ALTER TABLE "flags" DROP CONSTRAINT "flags_key_check";--> statement-breakpoint
ALTER TABLE "flags" DROP CONSTRAINT "flags_type_check";--> statement-breakpoint
ALTER TABLE "segments" DROP CONSTRAINT "segments_key_check";--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_key_check" CHECK ("flags"."key" ~ '^(?!@)[^\u0001-\u0020?#%\\*,\u007F-\u00A0\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]+$' and length("flags"."key") <= 128 and "flags"."key" <> '__proto__' and "flags"."key" is nfc normalized);--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_type_check" CHECK ("flags"."type" in ('boolean', 'string', 'integer', 'float', 'object', 'json'));--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_key_check" CHECK ("segments"."key" ~ '^(?!@)[^\u0001-\u0020?#%\\*,\u007F-\u00A0\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]+$' and length("segments"."key") <= 128 and "segments"."key" <> '__proto__' and "segments"."key" is nfc normalized);
--> statement-breakpoint
-- Refuses (BG008) a new flag whose key begins with "-", which command lines take for an option. Existing flags with
-- such a key stay as they are.
create function refuse_flag_key() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'BG008',
    message = format('flag key "%s" must not begin with -: command lines take it for an option', new.key);
end
$$;
--> statement-breakpoint
create trigger flags_key_refused after insert on flags for each row when (left(new.key, 1) = '-')
  execute function refuse_flag_key();
