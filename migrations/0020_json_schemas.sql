-- A flag's definition can carry a JSON Schema that its variants and its fallback fit.
--
-- Workers of the previous version keep working: they leave the column alone, do not compare values with it, and refuse
-- "jsonSchema" in a request and in an image of the audit.
ALTER TABLE "flags" ADD COLUMN "json_schema" jsonb;--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_json_schema_check" CHECK (jsonb_typeof("flags"."json_schema") = 'object' and octet_length("flags"."json_schema"::text) <= 1048576);--> statement-breakpoint
drop trigger flags_set_updated_at on flags;
--> statement-breakpoint
-- Also covers the fallback, which the tag of a definition in no environment would miss, and the schema.
create trigger flags_set_updated_at before update on flags for each row
when ((new.kind, new.type, new.variants, new.client_visible, new.metadata, new.description, new.tags, new.owner,
    new.fallback, new.json_schema)
  is distinct from
  (old.kind, old.type, old.variants, old.client_visible, old.metadata, old.description, old.tags, old.owner,
    old.fallback, old.json_schema))
execute function set_updated_at();
--> statement-breakpoint
-- Refuses a write (BG011) if a flag has changed since the writer read it to check its values against its JSON Schema.
-- `checked` has, by key, the time of the flag's last change, or null if it did not exist.
create function require_checked_flags(checked jsonb) returns void
language plpgsql as $$
declare
  changed text;
begin
  -- There is no row yet that could be locked.
  if exists (select from jsonb_each(checked) as c where c.value = 'null') then
    perform pg_advisory_xact_lock(hashtext('burgee: flags that are created with checked values'));
  end if;
  perform from flags f where f.key in (select jsonb_object_keys(checked)) order by f.key for no key update;
  select c.key into changed
  from jsonb_each_text(checked) as c left join flags f on f.key = c.key
  where extract(epoch from f.updated_at)::text is distinct from c.value
  order by c.key limit 1;
  if found then
    raise exception using errcode = 'BG011', message = format('flag "%s" was changed meanwhile', changed);
  end if;
end
$$;
