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
