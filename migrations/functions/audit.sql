-- The name for the audit: the one that begin_write() was given, else the database role of a person at psql.
create function audit_actor() returns text
language sql stable as $$
  select coalesce(nullif(current_setting('burgee.actor', true), ''), 'sql:' || session_user)
$$;

-- The writer's name for the audit: that of the admin token, else the same as audit_actor().
create function audit_actor_name() returns text
language sql stable as $$
  select coalesce(
    (select k.name from sdk_keys k where a.actor like 'key:%' and k.id = substr(a.actor, 5)),
    a.actor
  )
  from (select audit_actor() as actor) as a
$$;

-- The reason for the write: the note that begin_write() was given, or the setting burgee.note of a person at psql.
create function audit_note() returns text
language sql stable as $$
  select nullif(current_setting('burgee.note', true), '')
$$;

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

-- Returns the largest id of the running write in the audit, or its number if it has no rows yet.
create function last_audit_id() returns bigint
language sql as $$
  select coalesce((select max(a.id) from audit a where coalesce(a.write_id, a.id) = w.id), w.id)
  from (select audit_write() as id offset 0) as w
$$;

-- Extends a version to the new rows of its write. There is nothing to extend before the checks of the transaction.
create function extend_version(of_environment text, of_version bigint) returns void
language sql as $$
  update audit_versions v set audit_id = last_audit_id()
  where v.environment = of_environment and v.version = of_version and v.write_id = audit_write()
$$;

-- Adds one audit row for each changed row. All of them are of one environment.
create function write_audit(changed_entity text, changes entity_change[], at_version bigint) returns void
language sql as $$
  insert into audit (actor, actor_name, write_id, note, environment, entity, key, action, before, after, version)
  select w.actor, w.name, w.id, w.note, c.environment, changed_entity, c.key,
    case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end,
    c.before, c.after, at_version
  from (select audit_actor() as actor, audit_actor_name() as name, audit_write() as id, audit_note() as note offset 0) as w,
    unnest(changes) as c;
  select extend_version(changes[1].environment, at_version);
$$;

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

-- Refuses (BG009) what an admin token with environments may not change: other environments, admin tokens, and the
-- definition of a flag that another environment has, even if the flag is archived. Every write has an audit row, so
-- this covers all of them.
create function require_rights() returns trigger
language plpgsql as $$
declare
  token_id text := substr(audit_actor(), 5);
  own text[];
  refused record;
begin
  if left(audit_actor(), 4) <> 'key:' then
    return null;
  end if;
  select k.environments into own from sdk_keys k where k.id = token_id;
  if own is null then
    return null;
  end if;
  select n.entity, n.key, n.environment into refused
  from new_rows n
  where case
      when n.environment is not null then n.environment <> all (own)
      when n.entity <> 'flag' then true
      when n.action = 'create' then false
      else exists (select from flag_configurations c where c.flag_key = n.key and c.environment <> all (own))
        or exists (select from archived_configurations a where a.flag_key = n.key and a.environment <> all (own))
    end
  limit 1;
  if found then
    raise exception using errcode = 'BG009',
      message = case
        when refused.environment is not null then 'the token has no right to change another environment'
        when refused.entity = 'flag' then format('the definition of flag "%s" is shared with environments for which the token has no right', refused.key)
        else 'the token has no right to change the whole project'
      end;
  end if;
  return null;
end
$$;

create trigger audit_rights_required after insert on audit
referencing new table as new_rows for each statement execute function require_rights();

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

-- Triggers of one table run in the order of their names: a token without rights does not learn about notes.
create trigger audit_writes_need_note after insert on audit
referencing new table as new_rows for each statement execute function require_note();
