-- Draws the tag of a version. A restored database gives version numbers out again; tags tell their contents apart.
create function new_version_tag() returns text
language sql volatile as $$
  select left(replace(gen_random_uuid()::text, '-', ''), 12)
$$;

-- An environment that is created again continues with its last version, because caches never go back in version. It
-- also keeps that version's tag, because nothing was issued since.
create function environment_starts() returns trigger
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

create trigger environments_start before insert on environments
for each row execute function environment_starts();

-- Refuses (BG006) to rename an environment or to lower its version, and draws the tag of each new version. A version
-- raised by hand, after a restore from a backup, purges the whole environment, and the audit says so.
create function environment_moves() returns trigger
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

create trigger environments_move before update of key, version on environments
for each row execute function environment_moves();

-- An environment for the audit.
create function environment_image(e environments) returns jsonb
language sql stable as $$
  select jsonb_build_object('name', e.name, 'overrides_allowed_at', e.overrides_allowed_at,
    'requires_note', e.requires_note)
$$;

-- Writes the audit of environments. Allowing or forbidding overrides also makes a version, because the edge reads that
-- setting together with the SDK keys. Deleting an environment purges all of it.
create function environment_changed() returns trigger
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

create trigger environments_inserted after insert on environments
referencing new table as new_rows for each statement execute function environment_changed();

-- A trigger with transition tables cannot list columns, so this one also runs for every new version.
create trigger environments_updated after update on environments
referencing old table as old_rows new table as new_rows for each statement execute function environment_changed();
create trigger environments_deleted after delete on environments
referencing old table as old_rows for each statement execute function environment_changed();
