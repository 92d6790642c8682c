-- First statement of every write of the API: says who writes, locks what the write will version, in the order
-- that the triggers lock, and compares what the caller knows with what is there.
-- SQLSTATE BG004: changed or created by somebody else ({"version": …} in DETAIL), BG005: does not exist.
create function begin_write(
  actor text,
  target_environment text,
  target_kind text, -- flag, segment or null: no document
  target_key text, -- null: many
  presence text, -- any, present or absent
  expected_version bigint -- null: whatever it is
) returns void
language plpgsql as $$
declare
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
  if target_kind is null or target_key is null or target_environment is null then
    return;
  end if;
  select v.version into current_version
  from document_versions v
  where v.environment = target_environment and v.kind = target_kind and v.key = target_key;
  if presence = 'absent' and current_version is not null then
    raise exception using errcode = 'BG004',
      message = format('%s "%s" exists already', target_kind, target_key),
      detail = jsonb_build_object('version', current_version);
  end if;
  if presence = 'present' and current_version is null then
    raise exception using errcode = 'BG005',
      message = format('%s "%s" does not exist in environment "%s"', target_kind, target_key, target_environment);
  end if;
  if expected_version is distinct from current_version and expected_version is not null then
    raise exception using errcode = 'BG004',
      message = format('%s "%s" is at version %s, not %s', target_kind, target_key, current_version, expected_version),
      detail = jsonb_build_object('version', current_version);
  end if;
end
$$;
