-- Deletes outbox rows that were done more than a week ago, at most 5,000 in one call so that a long history does not
-- hold up a sweep. It keeps the last 500 of each environment, because readers catch up through them. Returns how many
-- rows it deleted.
create function prune_outbox() returns bigint
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
