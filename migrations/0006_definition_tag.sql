-- Optimistic concurrency over a flag in all its environments at once, which no environment's version can tell.

-- Changes with the definition and with each environment's document. Null: there is no such flag.
create function definition_tag(of_key text) returns text
language sql stable as $$
  select md5(concat_ws(' ', extract(epoch from f.updated_at), (
    select string_agg(v.environment || '=' || v.version, ' ' order by v.environment)
    from document_versions v where v.kind = 'flag' and v.key = f.key
  )))
  from flags f where f.key = of_key
$$;
--> statement-breakpoint
-- To be called after begin_write, which holds the flag's environments. The row is locked for flags that are in none.
create function require_definition(of_key text, expected_tag text) returns void
language plpgsql as $$
begin
  perform from flags f where f.key = of_key for no key update;
  if definition_tag(of_key) is distinct from expected_tag then
    raise exception using errcode = 'BG004', message = format('flag "%s" was changed meanwhile', of_key);
  end if;
end
$$;
