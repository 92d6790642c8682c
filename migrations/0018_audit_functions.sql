-- Records with each change of the audit its write, the writer's name, the note, and the versions that it made.
--
-- Workers of the previous version keep working: they call begin_write() without a note. The statement on environments
-- comes first. It waits for the writes under way, so that each version from here on gets its row in audit_versions.
ALTER TABLE "environments" ADD COLUMN "requires_note" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
-- The writer's name for the audit: that of the admin token, else the same as audit_actor().
create function audit_actor_name() returns text
language sql stable as $$
  select coalesce(
    (select k.name from sdk_keys k where a.actor like 'key:%' and k.id = substr(a.actor, 5)),
    a.actor
  )
  from (select audit_actor() as actor) as a
$$;
--> statement-breakpoint
-- The reason for the write: the note that begin_write() was given, or the setting burgee.note of a person at psql.
create function audit_note() returns text
language sql stable as $$
  select nullif(current_setting('burgee.note', true), '')
$$;
--> statement-breakpoint
-- Returns the number of the running write, and draws it when the transaction first asks. It comes from the sequence of
-- audit ids, so that rows from before there were writes can use their own id. As the sequence's owner, because people
-- who edit rows in SQL may have no right to it.
create function audit_write() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  -- The transaction's id keeps out a value that a session has set for all of its transactions.
  transaction constant text := pg_current_xact_id() || ':';
  known text := current_setting('burgee.write', true);
begin
  if known is null or not starts_with(known, transaction) then
    known := transaction || nextval(pg_get_serial_sequence('audit', 'id'));
    perform set_config('burgee.write', known, true);
  end if;
  return split_part(known, ':', 2)::bigint;
end
$$;
--> statement-breakpoint
-- Returns the largest id of the running write in the audit, or its number if it has no rows yet.
create function last_audit_id() returns bigint
language sql as $$
  select coalesce((select max(a.id) from audit a where coalesce(a.write_id, a.id) = w.id), w.id)
  from (select audit_write() as id offset 0) as w
$$;
--> statement-breakpoint
-- Extends a version to the new rows of its write. There is nothing to extend before the checks of the transaction.
create function extend_version(of_environment text, of_version bigint) returns void
language sql as $$
  update audit_versions v set audit_id = last_audit_id()
  where v.environment = of_environment and v.version = of_version and v.write_id = audit_write()
$$;
--> statement-breakpoint
-- Adds one audit row for each changed row. All of them are of one environment.
create or replace function write_audit(changed_entity text, changes entity_change[], at_version bigint) returns void
language sql as $$
  insert into audit (actor, actor_name, write_id, note, environment, entity, key, action, before, after, version)
  select w.actor, w.name, w.id, w.note, c.environment, changed_entity, c.key,
    case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end,
    c.before, c.after, at_version
  from (select audit_actor() as actor, audit_actor_name() as name, audit_write() as id, audit_note() as note offset 0) as w,
    unnest(changes) as c;
  select extend_version(changes[1].environment, at_version);
$$;
--> statement-breakpoint
-- Adds one audit row for each changed definition. `made` has the version that the change made in each environment.
create function write_definition_audit(changes entity_change[], made jsonb) returns void
language sql as $$
  insert into audit (actor, actor_name, write_id, note, entity, key, action, before, after, versions)
  select w.actor, w.name, w.id, w.note, 'flag', c.key,
    case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end,
    c.before, c.after,
    case when made <> '{}' then (
      select jsonb_object_agg(f.environment, made -> f.environment)
      from flag_configurations f
      where f.flag_key = c.key and made ? f.environment
    ) end
  from (select audit_actor() as actor, audit_actor_name() as name, audit_write() as id, audit_note() as note offset 0) as w,
    unnest(changes) as c;
  select extend_version(m.key, m.value::bigint) from jsonb_each_text(made) as m;
$$;
--> statement-breakpoint
-- Records that an environment got a version, and where the audit stands. The caller holds the environment's lock, so
-- all rows with effect on this version are there, and later ones get larger ids. The instant is that of the last call
-- in the transaction, which comes shortly before the commit. A version that another write has made keeps its row: an
-- environment that is created again continues with its last version.
create function record_version(of_environment text, of_version bigint, made_by text) returns void
language sql as $$
  insert into audit_versions as v (environment, version, at, write_id, audit_id, cause)
  select of_environment, of_version,
    greatest(
      date_trunc('milliseconds', clock_timestamp()),
      (
        select p.at from audit_versions p
        where p.environment = of_environment and p.version < of_version
        order by p.version desc limit 1
      )
    ),
    audit_write(),
    last_audit_id(),
    made_by
  on conflict (environment, version) do update set at = excluded.at, audit_id = excluded.audit_id
  where v.write_id = excluded.write_id
$$;
--> statement-breakpoint
-- Refuses (BG010) a write through the API without a note, if it changes an environment that requires one. A change of
-- the environment itself needs a note if the environment required one before. Edits in SQL need none.
create function require_note() returns trigger
language plpgsql as $$
declare
  refused text;
begin
  if left(audit_actor(), 4) <> 'key:' or audit_note() is not null then
    return null;
  end if;
  select required.environment into refused
  from (
    select n.environment from new_rows n
    where n.entity = 'environment' and n.before -> 'requires_note' = 'true'
    union all
    select e.key from environments e
    where e.requires_note and exists (
      select from new_rows n
      where n.entity <> 'environment' and (n.environment = e.key or n.versions ? e.key)
    )
  ) as required (environment)
  order by required.environment
  limit 1;
  if found then
    raise exception using errcode = 'BG010',
      message = format('environment "%s" requires a note that says why it is changed', refused);
  end if;
  return null;
end
$$;
--> statement-breakpoint
-- Triggers of one table run in the order of their names: a token without rights does not learn about notes.
create trigger audit_writes_need_note after insert on audit
referencing new table as new_rows for each statement execute function require_note();
--> statement-breakpoint
-- Begins a write with a note for the audit. Workers from before there were notes call the function without.
create function begin_write(
  actor text,
  target_environment text,
  target_kind text,
  target_key text,
  presence text,
  expected_version bigint,
  note text -- null for none
) returns void
language sql as $$
  select set_config('burgee.note', coalesce(note, ''), true);
  select begin_write(actor, target_environment, target_kind, target_key, presence, expected_version);
$$;
--> statement-breakpoint
create or replace function outbox_checks_references() returns trigger
language plpgsql as $$
begin
  perform check_references(new.environment);
  perform record_version(new.environment, new.version, 'change');
  return null;
end
$$;
--> statement-breakpoint
-- Refuses (BG006) to rename an environment or to lower its version, and draws the tag of each new version. A version
-- raised by hand, after a restore from a backup, purges the whole environment, and the audit says so.
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
      perform write_audit(
        'environment',
        array[row(
          new.key, new.key, jsonb_build_object('version', old.version), jsonb_build_object('version', new.version)
        )::entity_change],
        new.version
      );
      perform record_version(new.key, new.version, 'raise');
    end if;
  end if;
  return new;
end
$$;
--> statement-breakpoint
-- An environment for the audit.
create or replace function environment_image(e environments) returns jsonb
language sql stable as $$
  select jsonb_build_object('name', e.name, 'overrides_allowed_at', e.overrides_allowed_at,
    'requires_note', e.requires_note)
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
    perform write_audit('environment', array[row(n.key, n.key, null, environment_image(n))::entity_change], n.version),
      record_version(n.key, n.version, 'change')
    from new_rows n order by n.key;
  elsif tg_op = 'UPDATE' then
    perform write_audit(
      'environment',
      array[row(c.key, c.key, c.before, c.after)::entity_change],
      -- record_change() fires this trigger again, which then finds a new version and no other change.
      case when c.before -> 'overrides_allowed_at' = c.after -> 'overrides_allowed_at' then c.version
        else record_change(c.key, '{}', '{@keys}') end
    )
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
      perform write_audit('environment', array[row(gone.key, gone.key, gone.image, null)::entity_change], gone.version);
    end loop;
  end if;
  return null;
end
$$;
--> statement-breakpoint
-- Versions every environment that has the changed flags, and writes the audit. The definition of a flag belongs to no
-- single environment, so its audit rows have the versions of all.
create or replace function flag_changed() returns trigger
language plpgsql set work_mem = '32MB' as $$
declare
  changes entity_change[];
  touched record;
  made jsonb := '{}';
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
        full join (select key, to_jsonb(r) - '{created_at,updated_at}'::text[] as image from new_rows r offset 0) as n
        using (key)
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
      made := made || jsonb_build_object(touched.environment, record_change(touched.environment, touched.nodes, '{}'));
    end loop;
    perform write_definition_audit(changes, made);
  end if;
  return null;
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
--> statement-breakpoint
-- The first version of each environment that can be replayed.
insert into audit_versions (environment, version, at, write_id, audit_id, cause)
select e.key, e.version, date_trunc('milliseconds', clock_timestamp()), newest.id, newest.id, 'first'
from environments e, (select coalesce(max(a.id), 0) as id from audit a) as newest;
