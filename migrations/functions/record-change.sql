-- Every statement on a table that documents are built from calls record_change() once for each environment that it
-- changes. Triggers call it, so this holds for psql and for migrations as well as for the API.
--
-- Locks the environment, gives the transaction its version, stamps the documents that the changed nodes
-- ("flag:<key>", "segment:<key>") make stale with that version, and names their fields in the outbox.
-- Returns the version, or null if the environment does not exist.
create function record_change(changed_environment text, changed_nodes text[], changed_fields text[]) returns bigint
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
