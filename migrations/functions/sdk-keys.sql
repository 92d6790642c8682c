-- An SDK key or admin token for the audit. It leaves out the hash of the secret and has a fingerprint, which changes
-- with the hash. It also leaves out the day of last use, because using a token changes nothing.
create function key_image(k sdk_keys) returns jsonb
language sql immutable as $$
  select to_jsonb(k) - '{secret_hash,created_at,last_used_on}'::text[]
    - case when k.environment is null then '{}'::text[] else '{environments,expires_at}'::text[] end
    || jsonb_build_object('fingerprint', left(k.secret_hash, 8))
$$;

-- Writes the audit and versions the environments of the changed SDK keys. Admin tokens have no environment.
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
    -- An SDK key that moves to another environment is deleted from one and created in the other.
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

create trigger sdk_keys_inserted after insert on sdk_keys
referencing new table as new_rows for each statement execute function key_changed();
create trigger sdk_keys_updated after update on sdk_keys
referencing old table as old_rows new table as new_rows for each statement execute function key_changed();
create trigger sdk_keys_deleted after delete on sdk_keys
referencing old table as old_rows for each statement execute function key_changed();

-- Refuses another SDK key (BG006) when the environment has `max_keys` unrevoked ones, because every isolate holds them
-- all. The caller holds the lock on the environment.
create function require_room_for_key(of_environment text, max_keys int) returns void
language plpgsql as $$
begin
  if (select count(*) from sdk_keys k where k.environment = of_environment and k.revoked_at is null) >= max_keys then
    raise exception using errcode = 'BG006',
      message = format('environment "%s" has %s unrevoked keys, which is the limit: revoke one first',
        of_environment, max_keys);
  end if;
end
$$;
