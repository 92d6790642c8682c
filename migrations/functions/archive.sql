-- Archives a flag: its configurations move to archived_configurations, so that every reader, evaluator and cache takes
-- the flag for absent, and its definition keeps the key reserved. The triggers of the moved rows make the versions, the
-- purges and the audit. Does nothing if the flag is archived already. begin_write() must have locked the flag's
-- environments. BG003 names every live flag and segment that depends on the flag, in every environment.
create function archive_flag(of_key text) returns void
language plpgsql as $$
declare
  users text;
begin
  perform from flags f where f.key = of_key for no key update;
  select string_agg(format('%s (%s)', node_label(u.node), u.environments), ', ' order by u.node) into users
  from (
    select r.node, string_agg(r.environment, ', ' order by r.environment) as environments
    from flag_configurations c
      cross join lateral (
        select d.environment, d.node from document_references d
        where d.environment = c.environment and d.refers_to = 'flag:' || of_key
        offset 0
      ) as r
    where c.flag_key = of_key
    group by r.node
  ) as u;
  if users is not null then
    raise exception using errcode = 'BG003',
      message = format('flag "%s" cannot be archived, because these use it: %s', of_key, users);
  end if;
  insert into archived_configurations (environment, flag_key, configuration)
  select c.environment, c.flag_key, to_jsonb(c) from flag_configurations c where c.flag_key = of_key;
  delete from flag_configurations c where c.flag_key = of_key;
  update flags f set archived_at = transaction_timestamp() where f.key = of_key and f.archived_at is null;
end
$$;

-- Restores an archived flag with its configurations as they were. Does nothing if the flag is not archived. BG003 says
-- that the flag needs another one that is archived; check_references() finds everything else that is missing.
create function restore_flag(of_key text) returns void
language plpgsql as $$
declare
  needed text;
begin
  -- The order in which every write locks environments.
  perform from environments e
  where e.key in (select a.environment from archived_configurations a where a.flag_key = of_key)
  order by e.key
  for no key update;
  perform from flags f where f.key = of_key for no key update;
  select string_agg(distinct format('"%s"', f.key), ', ') into needed
  from archived_configurations a
    cross join lateral unnest(named_nodes(a.configuration)) as node
    join flags f on node = 'flag:' || f.key
  where a.flag_key = of_key and f.archived_at is not null and f.key <> of_key;
  if needed is not null then
    raise exception using errcode = 'BG003',
      message = format('flag "%s" needs other flags that are archived: %s; restore those first', of_key, needed);
  end if;
  update flags f set archived_at = null where f.key = of_key and f.archived_at is not null;
  insert into flag_configurations
  select (jsonb_populate_record(null::flag_configurations, a.configuration)).*
  from archived_configurations a where a.flag_key = of_key order by a.environment;
  delete from archived_configurations a where a.flag_key = of_key;
end
$$;

-- The refusal (BG006, which older workers know as well) to change an archived flag.
create function refuse_archived(of_key text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'BG006', message = format(
    'flag "%s" is archived, and its key stays reserved: restore it first, with "burgee flags unarchive" '
    || 'or POST /api/v1/flags/{key}/unarchive', of_key);
end
$$;

create function archived_flag_changed() returns trigger
language plpgsql as $$
begin
  perform refuse_archived(new.key);
  return new;
end
$$;

create trigger flags_archived_stay before update on flags for each row
when (old.archived_at is not null and new.archived_at is not null)
execute function archived_flag_changed();

create function archived_flag_configured() returns trigger
language plpgsql as $$
declare
  archived_key text := (
    select f.key from new_rows n join flags f on f.key = n.flag_key where f.archived_at is not null limit 1
  );
begin
  if archived_key is not null then
    perform refuse_archived(archived_key);
  end if;
  return null;
end
$$;

create trigger flag_configurations_archived after insert on flag_configurations
referencing new table as new_rows for each statement execute function archived_flag_configured();

-- Deletes the kept configurations of deleted flags. The trigger runs after flags_deleted, by its name, because the
-- rights to delete a flag depend on the environments that it has.
create function archived_flags_deleted() returns trigger
language plpgsql as $$
begin
  delete from archived_configurations a using old_rows o where a.flag_key = o.key;
  return null;
end
$$;

create trigger flags_deleted_archive after delete on flags
referencing old table as old_rows for each statement execute function archived_flags_deleted();
