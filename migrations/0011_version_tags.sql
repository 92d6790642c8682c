-- A restored database gives version numbers out again, so two contents of an environment can have the same number. Each
-- version now also has a random tag, which tells them apart.
--
-- The columns are null at first, which takes no time on large tables. At the end, every environment gets one more
-- version, with a tag and with an outbox row that says that everything changed. A tag drawn for the present version
-- would be a guess: caches may hold contents of that number from before a restore. The next sweep publishes the new
-- versions, and every isolate reads its environments once. No document changes, so no If-Match becomes invalid.
--
-- Workers of the previous version continue to work: they ignore the columns, and the additional elements that
-- begin_sweep() returns.
ALTER TABLE "environments" ADD COLUMN "version_tag" text;
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "tag" text;
--> statement-breakpoint
-- Draws the tag of a version. A restored database gives version numbers out again; tags tell their contents apart.
create function new_version_tag() returns text
language sql volatile as $$
  select left(replace(gen_random_uuid()::text, '-', ''), 12)
$$;
--> statement-breakpoint
-- An environment that is created again continues with its last version, because caches never go back in version. It
-- also keeps that version's tag, because nothing was issued since.
create or replace function environment_starts() returns trigger
language plpgsql as $$
declare
  last_version bigint := (select max(o.version) from outbox o where o.environment = new.key);
begin
  if last_version > new.version then
    new.version := last_version;
    new.version_tag := null;
  end if;
  new.version_tag := coalesce(
    (select o.tag from outbox o where o.environment = new.key and o.version = new.version),
    new.version_tag,
    new_version_tag()
  );
  return new;
end
$$;
--> statement-breakpoint
-- Refuses (BG006) to rename an environment or to lower its version, and draws the tag of each new version. A version
-- raised by hand, after a restore from a backup, purges the whole environment.
create or replace function environment_moves() returns trigger
language plpgsql as $$
begin
  if new.key <> old.key then
    raise exception using errcode = 'BG006', message = format('environment "%s" cannot be renamed', old.key);
  end if;
  if new.version < old.version then
    raise exception using errcode = 'BG006',
      message = format('the version of environment "%s" cannot go back from %s to %s',
        old.key, old.version, new.version);
  end if;
  if new.version > old.version then
    new.version_tag := new_version_tag();
    if (new.bumped_by, new.bumped_at) is not distinct from (old.bumped_by, old.bumped_at) then
      insert into outbox (environment, version, tag) values (new.key, new.version, new.version_tag);
    end if;
  end if;
  return new;
end
$$;
--> statement-breakpoint
-- Writes the audit of environments. Allowing or forbidding overrides also makes a version, because the edge reads that
-- setting together with the SDK keys. Deleting an environment purges all of it.
create or replace function environment_changed() returns trigger
language plpgsql as $$
declare
  gone record;
begin
  if tg_op = 'INSERT' then
    insert into audit (actor, environment, entity, key, action, after, version)
    select audit_actor(), n.key, 'environment', n.key, 'create', environment_image(n), n.version
    from new_rows n;
  elsif tg_op = 'UPDATE' then
    insert into audit (actor, environment, entity, key, action, before, after, version)
    select audit_actor(), c.key, 'environment', c.key, 'update', c.before, c.after,
      -- record_change() fires this trigger again, which then finds a new version and no other change.
      case when c.before -> 'overrides_allowed_at' = c.after -> 'overrides_allowed_at' then c.version
        else record_change(c.key, '{}', '{@keys}') end
    from (
      select n.key, n.version, environment_image(o) as before, environment_image(n) as after
      from old_rows o join new_rows n using (key)
      where environment_image(o) <> environment_image(n)
      order by n.key
      offset 0
    ) as c;
  else
    for gone in
      select o.key, environment_image(o) as image, o.version
        + case when o.bumped_by = pg_current_xact_id() and o.bumped_at = transaction_timestamp() then 0 else 1 end
        as version
      from old_rows o order by o.key
    loop
      -- A row of this transaction is already there, and keeps its tag.
      insert into outbox (environment, version, tag) values (gone.key, gone.version, new_version_tag())
      on conflict (environment, version) do update set fields = null, done_at = null;
      delete from reference_checks where environment = gone.key;
      insert into audit (actor, environment, entity, key, action, before, version)
      values (audit_actor(), gone.key, 'environment', gone.key, 'delete', gone.image, gone.version);
    end loop;
  end if;
  return null;
end
$$;
--> statement-breakpoint
-- Every statement on a table that documents are built from calls record_change() once for each environment that it
-- changes. Triggers call it, so this holds for psql and for migrations as well as for the API.
--
-- Locks the environment, gives the transaction its version, stamps the documents that the changed nodes
-- ("flag:<key>", "segment:<key>") make stale with that version, and names their fields in the outbox.
-- Returns the version, or null if the environment does not exist.
create or replace function record_change(changed_environment text, changed_nodes text[], changed_fields text[]) returns bigint
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  max_fields constant int := 200; -- equals MAX_NAMES_PER_CHANGE
  new_version bigint;
  new_tag text;
  stale_nodes text[];
  stale_fields text[];
begin
  -- The transaction holds the row lock until it commits, so versions become visible in order and without gaps.
  update environments
  set version = version
      + case when bumped_by = pg_current_xact_id() and bumped_at = transaction_timestamp() then 0 else 1 end,
    bumped_by = pg_current_xact_id(),
    bumped_at = transaction_timestamp()
  where key = changed_environment
  returning version, version_tag into new_version, new_tag;
  if new_version is null then
    return null;
  end if;

  with recursive stale (node) as (
    select unnest(changed_nodes)
    union
    select r.node
    from stale
      -- OFFSET makes this an index lookup for each node, even if the table was never analysed.
      cross join lateral (
        select d.node from document_references d
        where d.environment = changed_environment and d.refers_to = stale.node
        offset 0
      ) as r
  )
  select coalesce(array_agg(node), '{}'), coalesce(array_agg(substr(node, 6)) filter (where node like 'flag:%'), '{}')
  into stale_nodes, stale_fields
  from stale;
  stale_fields := array(select field from unnest(stale_fields || changed_fields) as field order by field collate "C");

  -- These rows come before the outbox row, because its trigger reads them. The trigger runs at once if the transaction
  -- made its constraints immediate.
  insert into reference_checks (environment, node)
  select changed_environment, node from unnest(changed_nodes) as node
  on conflict do nothing;

  insert into outbox as o (environment, version, fields, tag)
  values (
    changed_environment, new_version, case when cardinality(stale_fields) <= max_fields then stale_fields end, new_tag
  )
  on conflict (environment, version) do update
  set done_at = null, tag = excluded.tag,
    fields = case
      when o.fields is null or excluded.fields is null then null
      else (
        select case when count(*) <= max_fields then array_agg(field order by field collate "C") end
        from (select distinct unnest(o.fields || excluded.fields) as field) as merged
      )
    end;

  insert into document_versions as v (environment, kind, key, version)
  select changed_environment, 'flag', substr(n.node, 6), new_version
  from unnest(stale_nodes) as n (node)
  where n.node like 'flag:%' and exists (
    select from flag_configurations c
    where c.environment = changed_environment and c.flag_key = substr(n.node, 6)
    offset 0
  )
  union all
  select changed_environment, 'segment', substr(n.node, 9), new_version
  from unnest(changed_nodes) as n (node)
  where n.node like 'segment:%' and exists (
    select from segments s
    where s.environment = changed_environment and s.key = substr(n.node, 9)
    offset 0
  )
  on conflict (environment, kind, key) do update set version = excluded.version
  where v.version <> excluded.version;

  return new_version;
end
$$;
--> statement-breakpoint
-- Repairs the versions after a restore from a backup. `heads` maps each environment to a version that a cache has seen.
-- The caller had seen it before it called, so a lower version here proves that the database was restored. The
-- environment and all its documents then get the version `step` above the one seen, which was never given out, and the
-- outbox row says that everything changed. An environment that no longer exists gets only the outbox row.
-- Returns [environment, version before, version after] for each environment that it raised.
create or replace function raise_versions(heads jsonb, step bigint) returns setof json
language plpgsql as $$
declare
  seen record;
  known bigint;
begin
  -- A database without environments is still being filled or is the wrong one, so caches keep their contents.
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
      -- The trigger environments_move adds the outbox row.
      update environments e set version = seen.head + step where e.key = seen.environment;
      update document_versions v set version = seen.head + step where v.environment = seen.environment;
    elsif not exists (select from environments e where e.key = seen.environment) then
      known := coalesce((select max(o.version) from outbox o where o.environment = seen.environment), 0);
      continue when known >= seen.head;
      insert into outbox (environment, version, tag)
      values (seen.environment, seen.head + step, new_version_tag())
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
-- Begins a sweep of a worker that purges these targets. Registers the targets and forgets those that no sweep has named
-- for seven days. Returns one list for each environment: its key, its version (null if it was deleted), its newest
-- version in the outbox, the changes that one of the targets has not accepted yet, as [version, fields, tag], and the
-- newest version's tag. The changes are null, which means everything, if they are more than max_changes, or if a target
-- is new.
create or replace function begin_sweep(own_targets text[], max_changes int) returns setof json
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
--> statement-breakpoint
update environments set version = version + 1;
