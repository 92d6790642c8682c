-- Repairs the versions after a restore from a backup. `heads` maps each environment to a version that a cache has seen.
-- The caller had seen it before it called, so a lower version here proves that the database was restored. The
-- environment and all its documents then get the version `step` above the one seen, which was never given out, and the
-- outbox row says that everything changed. An environment that no longer exists gets only the outbox row.
-- Returns [environment, version before, version after] for each environment that it raised.
create function raise_versions(heads jsonb, step bigint) returns setof json
language plpgsql as $$
declare
  seen record;
  known bigint;
begin
  -- A database without environments is still being filled or is the wrong one, so caches keep their contents.
  if not exists (select from environments) then
    return;
  end if;
  perform set_config('burgee.note', 'Raised above the versions that caches have seen: the database was restored.', true);
  for seen in
    select h.key as environment, h.value::bigint as head from jsonb_each_text(heads) as h order by h.key
  loop
    select e.version into known from environments e
    where e.key = seen.environment and e.version < seen.head
    for no key update;
    if found then
      -- The trigger environments_move adds the outbox row and that of the audit.
      update environments e set version = seen.head + step where e.key = seen.environment;
      update document_versions v set version = seen.head + step where v.environment = seen.environment;
    elsif not exists (select from environments e where e.key = seen.environment) then
      known := coalesce((select max(o.version) from outbox o where o.environment = seen.environment), 0);
      continue when known >= seen.head;
      insert into outbox (environment, version, tag)
      values (seen.environment, seen.head + step, new_version_tag())
      on conflict do nothing;
      continue when not found;
      perform record_version(seen.environment, seen.head + step, 'raise');
    else
      continue;
    end if;
    return next json_build_array(seen.environment, known, seen.head + step);
  end loop;
end
$$;
