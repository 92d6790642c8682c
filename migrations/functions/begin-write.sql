-- The first statement of every write through the API. It records the actor, locks the environments that the write will
-- version, in the order in which the triggers lock them, and compares what the caller expects with the database.
-- SQLSTATE BG004 means that somebody else has changed or created the target (DETAIL has its version, {"version": …}),
-- BG005 that it does not exist.
create function begin_write(
  actor text,
  target_environment text, -- null for a flag's definition, an admin token or something new
  target_kind text, -- flag, segment, key or environment; null if the write has no single target
  target_key text, -- null for many
  presence text, -- any, present or absent
  expected_version bigint -- null for any
) returns void
language plpgsql as $$
declare
  is_there boolean;
  current_version bigint;
begin
  perform set_config('burgee.actor', coalesce(actor, ''), true);
  perform from environments e
  where e.key = target_environment
    or target_kind = 'flag' and (
      target_key is null
      or exists (select from flag_configurations c where c.environment = e.key and c.flag_key = target_key)
    )
  order by e.key
  for no key update;
  if target_environment is not null and not exists (select from environments e where e.key = target_environment) then
    raise exception using errcode = 'BG005', message = format('environment "%s" does not exist', target_environment);
  end if;
  if target_kind is null or target_key is null then
    return;
  end if;
  if target_kind = 'key' then
    is_there := exists (
      select from sdk_keys k
      where k.id = target_key and k.environment is not distinct from target_environment and k.revoked_at is null
    );
  elsif target_kind = 'environment' then
    is_there := true;
    current_version := (select e.version from environments e where e.key = target_key);
  elsif target_environment is null then
    is_there := exists (select from flags f where f.key = target_key);
  else
    select v.version into current_version
    from document_versions v
    where v.environment = target_environment and v.kind = target_kind and v.key = target_key;
    is_there := found;
  end if;
  if presence = 'absent' and is_there then
    raise exception using errcode = 'BG004',
      message = format('%s "%s" exists already', target_kind, target_key),
      detail = jsonb_build_object('version', current_version);
  end if;
  if presence = 'present' and not is_there then
    raise exception using errcode = 'BG005',
      message = format('%s "%s" does not exist', target_kind, target_key)
        || coalesce(format(' in environment "%s"', target_environment), '');
  end if;
  if expected_version is not null and expected_version is distinct from current_version then
    raise exception using errcode = 'BG004',
      message = format('%s "%s" ', target_kind, target_key)
        || case
          when current_version is null then 'does not exist'
          else format('is at version %s, not %s', current_version, expected_version)
        end,
      detail = jsonb_build_object('version', current_version);
  end if;
end
$$;

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
