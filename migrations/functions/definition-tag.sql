-- A tag that changes with a flag's definition and with its document in any environment; null if the flag does not
-- exist. Writers of a definition compare it, because no single environment's version covers them all.
create function definition_tag(of_key text) returns text
language sql stable as $$
  select md5(concat_ws(' ', extract(epoch from f.updated_at), (
    select string_agg(v.environment || '=' || v.version, ' ' order by v.environment)
    from document_versions v where v.kind = 'flag' and v.key = f.key
  )))
  from flags f where f.key = of_key
$$;

-- Refuses a write (BG004) if the flag has changed since the caller read `expected_tag`. begin_write() must have locked
-- the flag's environments before; the lock on the flag's row covers a flag that is in no environment.
create function require_definition(of_key text, expected_tag text) returns void
language plpgsql as $$
begin
  perform from flags f where f.key = of_key for no key update;
  if definition_tag(of_key) is distinct from expected_tag then
    raise exception using errcode = 'BG004', message = format('flag "%s" was changed meanwhile', of_key);
  end if;
end
$$;

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
