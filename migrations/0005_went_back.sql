-- What the database does about its own past: raising versions after a restore, and pruning the outbox.

-- `heads`: environment → a version that a cache has seen. Asked after that version was seen, so a lower one here proves
-- that the database went back. Goes on `step` above it: every document gets a version that was never given out, and the
-- outbox says "all". An environment that is not there any more gets the outbox row alone. Answers what it raised.
create function raise_versions(heads jsonb, step bigint) returns setof json
language plpgsql as $$
declare
  seen record;
  known bigint;
begin
  -- No environment at all is a database that is being filled, or the wrong one: caches keep what they have.
  if not exists (select from environments) then
    return;
  end if;
  for seen in
    select h.key as environment, h.value::bigint as head from jsonb_each_text(heads) as h order by h.key
  loop
    select e.version into known from environments e
    where e.key = seen.environment and e.version < seen.head
    for no key update;
    if found then
      -- environments_move adds the outbox row.
      update environments e set version = seen.head + step where e.key = seen.environment;
      update document_versions v set version = seen.head + step where v.environment = seen.environment;
    elsif not exists (select from environments e where e.key = seen.environment) then
      known := coalesce((select max(o.version) from outbox o where o.environment = seen.environment), 0);
      continue when known >= seen.head;
      insert into outbox (environment, version) values (seen.environment, seen.head + step)
      on conflict do nothing;
      continue when not found;
    else
      continue;
    end if;
    return next json_build_array(seen.environment, known, seen.head + step);
  end loop;
end
$$;
--> statement-breakpoint
-- As before, but a bounded number at a time, so that no sweep is held up by a long past.
create or replace function prune_outbox() returns bigint
language sql as $$
  with old as (
    select o.environment, o.version
    from outbox o join (select environment, max(version) as version from outbox group by environment) as newest
      on o.environment = newest.environment and o.version <= newest.version - 500
    where o.done_at < now() - interval '7 days'
    limit 5000
  ), pruned as (
    delete from outbox o using old where o.environment = old.environment and o.version = old.version
    returning 1
  )
  select count(*) from pruned
$$;
