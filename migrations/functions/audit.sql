-- The name for the audit: the one that begin_write() was given, else the database role of a person at psql.
create function audit_actor() returns text
language sql stable as $$
  select coalesce(nullif(current_setting('burgee.actor', true), ''), 'sql:' || session_user)
$$;

-- Adds one audit row for each changed row.
create function write_audit(changed_entity text, changes entity_change[], at_version bigint) returns void
language sql as $$
  insert into audit (actor, environment, entity, key, action, before, after, version)
  select audit_actor(), c.environment, changed_entity, c.key,
    case when c.before is null then 'create' when c.after is null then 'delete' else 'update' end,
    c.before, c.after, at_version
  from unnest(changes) as c
$$;
