-- Versions, stamps, outbox and audit. A statement on a table that documents are built from, whoever runs it,
-- ends in record_change() once for each environment it touched.

-- Locks the environment, gives the transaction its version of it, stamps the documents that the changed nodes
-- ("flag:<key>", "segment:<key>") make stale, and names them in the outbox. Returns the version.
create function record_change(changed_environment text, changed_nodes text[], changed_fields text[]) returns bigint
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  max_fields constant int := 200;
  new_version bigint;
  stale_nodes text[];
  stale_fields text[];
begin
  -- The row lock is held until commit, so versions become visible in their order and without gaps.
  update environments
  set version = version
      + case when bumped_by = pg_current_xact_id() and bumped_at = transaction_timestamp() then 0 else 1 end,
    bumped_by = pg_current_xact_id(),
    bumped_at = transaction_timestamp()
  where key = changed_environment
  returning version into new_version;
  if new_version is null then
    return null;
  end if;

  with recursive stale (node) as (
    select unnest(changed_nodes)
    union
    select r.node
    from stale
      -- OFFSET keeps it a lookup by index for each node, however little the planner knows of the table.
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

  -- Before the outbox row, whose trigger reads them: at once where the transaction has made constraints immediate.
  insert into reference_checks (environment, node)
  select changed_environment, node from unnest(changed_nodes) as node
  on conflict do nothing;

  insert into outbox as o (environment, version, fields)
  values (changed_environment, new_version, case when cardinality(stale_fields) <= max_fields then stale_fields end)
  on conflict (environment, version) do update
  set done_at = null,
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
create function audit_actor() returns text
language sql stable as $$
  select coalesce(nullif(current_setting('burgee.actor', true), ''), 'sql:' || session_user)
$$;
--> statement-breakpoint
-- One changed row: its environment (null: none), key, and images before and after (null: there was or is none).
create type entity_change as (environment text, key text, before jsonb, after jsonb);
--> statement-breakpoint
create function write_audit(changed_entity text, changes entity_change[], at_version bigint) returns void
language sql as $$
  insert into audit (actor, environment, entity, key, action, before, after, version)
  select audit_actor(), c.environment, changed_entity, c.key,
    case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end,
    c.before, c.after, at_version
  from unnest(changes) as c
$$;
--> statement-breakpoint
-- Keeps document_references of the changed documents; rows are touched only where a document names other things now.
create function record_references(kind text, changes entity_change[]) returns void
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  moved entity_change[] := array(
    select c from unnest(changes) as c
    where coalesce(jsonb_path_query_array(c.before, 'strict $.**.segment'), '[]')
        <> coalesce(jsonb_path_query_array(c.after, 'strict $.**.segment'), '[]')
      or coalesce(jsonb_path_query_array(c.before, 'strict $.**.flag'), '[]')
        <> coalesce(jsonb_path_query_array(c.after, 'strict $.**.flag'), '[]')
  );
begin
  delete from document_references r
  using unnest(moved) as c
  where r.environment = c.environment and r.node = kind || ':' || c.key;
  insert into document_references (environment, node, refers_to)
  select c.environment, kind || ':' || c.key, named
  from unnest(moved) as c cross join lateral unnest(named_nodes(c.after)) as named;
end
$$;
--> statement-breakpoint
create function flag_changed() returns trigger
language plpgsql as $$
declare
  changes entity_change[];
  touched record;
begin
  if tg_op = 'INSERT' then
    changes := array(
      select row(null, n.key, null, to_jsonb(n) - '{created_at,updated_at}'::text[])::entity_change from new_rows n
    );
  elsif tg_op = 'DELETE' then
    changes := array(
      select row(null, o.key, to_jsonb(o) - '{created_at,updated_at}'::text[], null)::entity_change from old_rows o
    );
  else
    changes := array(
      select row(null, key, o.image, n.image)::entity_change
      from (select key, to_jsonb(r) - '{created_at,updated_at}'::text[] as image from old_rows r offset 0) as o
        full join (select key, to_jsonb(r) - '{created_at,updated_at}'::text[] as image from new_rows r offset 0) as n using (key)
      where o.image is distinct from n.image
    );
  end if;
  if cardinality(changes) > 0 then
    for touched in
      select c.environment, array_agg('flag:' || c.flag_key) as nodes
      from unnest(changes) as change
        join flag_configurations c on c.flag_key = change.key
      group by c.environment
      order by c.environment
    loop
      perform record_change(touched.environment, touched.nodes, '{}');
    end loop;
    perform write_audit('flag', changes, null);
  end if;
  return null;
end
$$;
--> statement-breakpoint
-- Of configurations and of segments. Arguments: kind of the document, entity of the audit, column of its key.
create function document_changed() returns trigger
language plpgsql as $$
declare
  document_kind constant text := tg_argv[0];
  changed_entity constant text := tg_argv[1];
  key_column constant text := tg_argv[2];
  untracked constant text[] := '{created_at,updated_at}';
  changes entity_change[];
  touched record;
begin
  if tg_op = 'INSERT' then
    changes := array(
      select row(environment, image ->> key_column, null, image)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from new_rows r offset 0) as n
    );
  elsif tg_op = 'DELETE' then
    changes := array(
      select row(environment, image ->> key_column, image, null)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from old_rows r offset 0) as o
    );
  else
    changes := array(
      select row(coalesce(o.environment, n.environment), coalesce(o.image, n.image) ->> key_column, o.image, n.image)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from old_rows r offset 0) as o
        full join (select environment, to_jsonb(r) - untracked as image from new_rows r offset 0) as n
        on o.environment = n.environment and o.image ->> key_column = n.image ->> key_column
      where o.image is distinct from n.image
    );
  end if;
  delete from document_versions v
  using unnest(changes) as change
  where change.after is null and v.environment = change.environment and v.kind = document_kind and v.key = change.key;
  perform record_references(document_kind, changes);
  for touched in
    select change.environment,
      array_agg(document_kind || ':' || change.key) as nodes,
      array_agg(change) as changes,
      document_kind = 'flag' and bool_or(change.before is null or change.after is null) as index_changed
    from unnest(changes) as change
    group by change.environment
    order by change.environment
  loop
    perform write_audit(
      changed_entity,
      touched.changes,
      record_change(
        touched.environment,
        touched.nodes,
        case when touched.index_changed then '{@index}'::text[] else '{}' end
      )
    );
  end loop;
  return null;
end
$$;
--> statement-breakpoint
-- The images leave out the secret's hash; a new hash shows as another fingerprint.
create function key_image(k sdk_keys) returns jsonb
language sql immutable as $$
  select to_jsonb(k) - '{secret_hash,created_at}'::text[] || jsonb_build_object('fingerprint', left(k.secret_hash, 8))
$$;
--> statement-breakpoint
create function key_changed() returns trigger
language plpgsql as $$
declare
  changes entity_change[];
  touched record;
begin
  if tg_op = 'INSERT' then
    changes := array(select row(n.environment, n.id, null, key_image(n))::entity_change from new_rows n);
  elsif tg_op = 'DELETE' then
    changes := array(select row(o.environment, o.id, key_image(o), null)::entity_change from old_rows o);
  else
    -- A key that moves to another environment leaves one and arrives in the other.
    changes := array(
      select row(coalesce(o.environment, n.environment), coalesce(o.id, n.id), o.image, n.image)::entity_change
      from (select environment, id, key_image(r) as image from old_rows r offset 0) as o
        full join (select environment, id, key_image(r) as image from new_rows r offset 0) as n
        on o.id = n.id and o.environment is not distinct from n.environment
      where o.image is distinct from n.image
    );
  end if;
  for touched in
    select change.environment, array_agg(change) as changes
    from unnest(changes) as change
    group by change.environment
    order by change.environment
  loop
    perform write_audit(
      'key',
      touched.changes,
      case when touched.environment is not null then record_change(touched.environment, '{}', '{@keys}') end
    );
  end loop;
  return null;
end
$$;
--> statement-breakpoint
create trigger flags_inserted after insert on flags
referencing new table as new_rows for each statement execute function flag_changed();
--> statement-breakpoint
create trigger flags_updated after update on flags
referencing old table as old_rows new table as new_rows for each statement execute function flag_changed();
--> statement-breakpoint
create trigger flags_deleted after delete on flags
referencing old table as old_rows for each statement execute function flag_changed();
--> statement-breakpoint
create trigger flag_configurations_inserted after insert on flag_configurations
referencing new table as new_rows for each statement execute function document_changed('flag', 'configuration', 'flag_key');
--> statement-breakpoint
create trigger flag_configurations_updated after update on flag_configurations
referencing old table as old_rows new table as new_rows for each statement execute function document_changed('flag', 'configuration', 'flag_key');
--> statement-breakpoint
create trigger flag_configurations_deleted after delete on flag_configurations
referencing old table as old_rows for each statement execute function document_changed('flag', 'configuration', 'flag_key');
--> statement-breakpoint
create trigger segments_inserted after insert on segments
referencing new table as new_rows for each statement execute function document_changed('segment', 'segment', 'key');
--> statement-breakpoint
create trigger segments_updated after update on segments
referencing old table as old_rows new table as new_rows for each statement execute function document_changed('segment', 'segment', 'key');
--> statement-breakpoint
create trigger segments_deleted after delete on segments
referencing old table as old_rows for each statement execute function document_changed('segment', 'segment', 'key');
--> statement-breakpoint
create trigger sdk_keys_inserted after insert on sdk_keys
referencing new table as new_rows for each statement execute function key_changed();
--> statement-breakpoint
create trigger sdk_keys_updated after update on sdk_keys
referencing old table as old_rows new table as new_rows for each statement execute function key_changed();
--> statement-breakpoint
create trigger sdk_keys_deleted after delete on sdk_keys
referencing old table as old_rows for each statement execute function key_changed();
--> statement-breakpoint
-- An environment that is created again goes on where it ended: caches never go back in version.
create function environment_starts() returns trigger
language plpgsql as $$
begin
  new.version := greatest(
    new.version,
    (select max(o.version) from outbox o where o.environment = new.key)
  );
  return new;
end
$$;
--> statement-breakpoint
create trigger environments_start before insert on environments
for each row execute function environment_starts();
--> statement-breakpoint
-- Raising a version by hand (after a restore from a backup) purges everything of the environment.
create function environment_moves() returns trigger
language plpgsql as $$
begin
  if new.key <> old.key then
    raise exception using errcode = 'BG006', message = format('environment "%s" cannot be renamed', old.key);
  end if;
  if new.version < old.version then
    raise exception using errcode = 'BG006',
      message = format('the version of environment "%s" cannot go back from %s to %s', old.key, old.version, new.version);
  end if;
  if new.version > old.version
    and (new.bumped_by, new.bumped_at) is not distinct from (old.bumped_by, old.bumped_at)
  then
    insert into outbox (environment, version) values (new.key, new.version);
  end if;
  return new;
end
$$;
--> statement-breakpoint
create trigger environments_move before update of key, version on environments
for each row execute function environment_moves();
--> statement-breakpoint
create function environment_changed() returns trigger
language plpgsql as $$
declare
  gone record;
begin
  if tg_op = 'INSERT' then
    insert into audit (actor, environment, entity, key, action, after, version)
    select audit_actor(), n.key, 'environment', n.key, 'create', jsonb_build_object('name', n.name), n.version
    from new_rows n;
  elsif tg_op = 'UPDATE' then
    insert into audit (actor, environment, entity, key, action, before, after, version)
    select audit_actor(), n.key, 'environment', n.key, 'update',
      jsonb_build_object('name', o.name), jsonb_build_object('name', n.name), n.version
    from old_rows o join new_rows n using (key)
    where o.name <> n.name;
  else
    for gone in
      select o.key, o.name, o.version
        + case when o.bumped_by = pg_current_xact_id() and o.bumped_at = transaction_timestamp() then 0 else 1 end
        as version
      from old_rows o order by o.key
    loop
      insert into outbox (environment, version) values (gone.key, gone.version)
      on conflict (environment, version) do update set fields = null, done_at = null;
      delete from reference_checks where environment = gone.key;
      insert into audit (actor, environment, entity, key, action, before, version)
      values (audit_actor(), gone.key, 'environment', gone.key, 'delete', jsonb_build_object('name', gone.name), gone.version);
    end loop;
  end if;
  return null;
end
$$;
--> statement-breakpoint
create trigger environments_inserted after insert on environments
referencing new table as new_rows for each statement execute function environment_changed();
--> statement-breakpoint
-- A trigger with transition tables cannot name columns, so this one runs for every version too and finds no new name.
create trigger environments_updated after update on environments
referencing old table as old_rows new table as new_rows for each statement execute function environment_changed();
--> statement-breakpoint
create trigger environments_deleted after delete on environments
referencing old table as old_rows for each statement execute function environment_changed();
--> statement-breakpoint
create function set_updated_at() returns trigger
language plpgsql as $$
begin
  new.updated_at := transaction_timestamp();
  return new;
end
$$;
--> statement-breakpoint
create trigger flags_set_updated_at before update on flags for each row
when ((new.kind, new.type, new.variants, new.client_visible, new.metadata, new.description, new.tags, new.owner)
  is distinct from (old.kind, old.type, old.variants, old.client_visible, old.metadata, old.description, old.tags, old.owner))
execute function set_updated_at();
--> statement-breakpoint
create trigger flag_configurations_set_updated_at before update on flag_configurations for each row
when ((new.enabled, new.rules, new.default_serve, new.off_variant, new.prerequisites)
  is distinct from (old.enabled, old.rules, old.default_serve, old.off_variant, old.prerequisites))
execute function set_updated_at();
--> statement-breakpoint
create trigger segments_set_updated_at before update on segments for each row
when ((new.name, new.description, new.condition) is distinct from (old.name, old.description, old.condition))
execute function set_updated_at();
--> statement-breakpoint
-- TRUNCATE tells triggers no rows, so its changes could not be purged.
create function refuse_truncate() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'BG006',
    message = format('TRUNCATE of "%s" is refused: its changes could not be purged', tg_table_name),
    hint = format('DELETE FROM %I does the same and purges what it changes.', tg_table_name);
end
$$;
--> statement-breakpoint
create trigger environments_refuse_truncate before truncate on environments execute function refuse_truncate();
--> statement-breakpoint
create trigger flags_refuse_truncate before truncate on flags execute function refuse_truncate();
--> statement-breakpoint
create trigger flag_configurations_refuse_truncate before truncate on flag_configurations execute function refuse_truncate();
--> statement-breakpoint
create trigger segments_refuse_truncate before truncate on segments execute function refuse_truncate();
--> statement-breakpoint
create trigger sdk_keys_refuse_truncate before truncate on sdk_keys execute function refuse_truncate();
--> statement-breakpoint
create trigger document_references_refuse_truncate before truncate on document_references execute function refuse_truncate();
--> statement-breakpoint
create trigger document_versions_refuse_truncate before truncate on document_versions execute function refuse_truncate();
--> statement-breakpoint
create trigger outbox_refuse_truncate before truncate on outbox execute function refuse_truncate();
--> statement-breakpoint
-- Rows that are done and older than a week go, but never an environment's last 500: readers catch up through them.
create function prune_outbox() returns bigint
language sql as $$
  with pruned as (
    delete from outbox o
    using (select environment, max(version) as version from outbox group by environment) as newest
    where o.environment = newest.environment
      and o.version <= newest.version - 500
      and o.done_at < now() - interval '7 days'
    returning 1
  )
  select count(*) from pruned
$$;
