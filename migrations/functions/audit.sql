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

-- Refuses (BG009) what an admin token with environments may not change: other environments, admin tokens, and the
-- definition of a flag that another environment has. Every write has an audit row, so this covers all of them.
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
