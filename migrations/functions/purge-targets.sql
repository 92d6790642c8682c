-- Begins a sweep of a worker that purges these targets. Registers the targets and forgets those that no sweep has named
-- for seven days. Returns one list for each environment: its key, its version (null if it was deleted), its newest
-- version in the outbox, the changes that one of the targets has not accepted yet, as [version, fields, tag], and the
-- newest version's tag. The changes are null, which means everything, if they are more than max_changes, or if a target
-- is new.
create function begin_sweep(own_targets text[], max_changes int) returns setof json
language plpgsql as $$
begin
  delete from purge_targets where seen_at < now() - interval '7 days';
  insert into purge_targets as t (id)
  select distinct own.id from unnest(own_targets) as own (id) order by own.id
  on conflict (id) do update set seen_at = now();

  -- A new target may hold entries from before it was registered, so it has to purge everything once.
  insert into purge_confirmations (target, environment, version)
  select t.id, known.environment, known.version
  from purge_targets t cross join (
    select e.key as environment, -1 as version from environments e
    union all
    select o.environment, max(o.version) from outbox o
    where not exists (select from environments e where e.key = o.environment)
    group by o.environment
    having bool_and(o.done_at is not null)
  ) as known
  where t.id = any (own_targets) and t.registered_at = now();

  -- A confirmation above the newest version is from before a restore.
  update purge_confirmations c set version = -1
  from (select o.environment, max(o.version) as version from outbox o group by o.environment) as newest
  where c.environment = newest.environment and c.version > newest.version;

  return query
  select json_build_array(known.environment, known.version, known.newest, case
      when accepted.version < 0 then null
      when oldest.version is null then '[]'::json
      when known.newest - oldest.version < max_changes then (
        select json_agg(json_build_array(o.version, o.fields, o.tag) order by o.version)
        from outbox o where o.environment = known.environment and o.version between oldest.version and known.newest
      ) end, case when known.version = known.newest then known.tag else (
        select o.tag from outbox o where o.environment = known.environment and o.version = known.newest
      ) end)
  from (
      select coalesce(e.key, o.environment) as environment, e.version, e.version_tag as tag,
        coalesce(o.version, e.version) as newest
      from environments e full join (
        select r.environment, max(r.version) as version from outbox r group by r.environment
      ) as o on o.environment = e.key
    ) as known
    -- The version up to which all own targets have accepted every purge.
    cross join lateral (
      select min(coalesce(c.version, 0)) as version
      from unnest(own_targets) as own (id)
        left join purge_confirmations c on c.target = own.id and c.environment = known.environment
    ) as accepted
    -- Below the version that every target has accepted, a row that is not done was reopened by hand.
    cross join lateral (
      select least(
        (select min(o.version) from outbox o
          where o.environment = known.environment and o.version > accepted.version),
        (select min(o.version) from outbox o
          where o.environment = known.environment and o.done_at is null
            and o.version <= purged_everywhere(known.environment, known.newest))
      ) as version
    ) as oldest
  order by known.environment;
end
$$;

-- Returns the version up to which every registered target has accepted the purges of an environment; `newest` if there
-- is no target.
create function purged_everywhere(purged_environment text, newest bigint) returns bigint
language sql stable as $$
  select coalesce(min(coalesce(c.version, 0)), newest)
  from purge_targets t
    left join purge_confirmations c on c.target = t.id and c.environment = purged_environment
$$;

-- Records that these targets have accepted the purges of an environment up to a version. Rows of the outbox that every
-- registered target has accepted are done.
create function confirm_purge(purged_environment text, up_to bigint, accepted_by text[]) returns void
language sql as $$
  insert into purge_confirmations as c (target, environment, version)
  select t.id, purged_environment, up_to from purge_targets t where t.id = any (accepted_by) order by t.id
  on conflict (target, environment) do update set version = greatest(c.version, excluded.version);
  update outbox set done_at = now()
  where environment = purged_environment and done_at is null
    and version <= least(up_to, purged_everywhere(purged_environment, up_to));
$$;

-- Returns the oldest version, up to `newest`, that a write has to publish again: the oldest that is not done. Versions
-- that every Redis in use has accepted are left to the sweep. Otherwise a zone that accepts nothing for days would make
-- the list of changes so long that each write emptied Redis.
create function first_unpublished(changed_environment text, newest bigint) returns bigint
language sql stable as $$
  select min(o.version) from outbox o
  where o.environment = changed_environment and o.done_at is null and o.version <= newest
    and o.version > coalesce((
      select min(coalesce(c.version, 0))
      from purge_targets t
        left join purge_confirmations c on c.target = t.id and c.environment = changed_environment
      where t.id like 'redis:%' and t.seen_at > now() - interval '10 minutes'
    ), 0)
$$;
