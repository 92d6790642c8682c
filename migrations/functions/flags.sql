-- Versions every environment that has the changed flags, and writes the audit. The definition of a flag belongs to no
-- single environment, so its audit rows have the versions of all.
create function flag_changed() returns trigger
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

create trigger flags_inserted after insert on flags
referencing new table as new_rows for each statement execute function flag_changed();
create trigger flags_updated after update on flags
referencing old table as old_rows new table as new_rows for each statement execute function flag_changed();
create trigger flags_deleted after delete on flags
referencing old table as old_rows for each statement execute function flag_changed();

-- Refuses (BG008) a new flag whose key begins with "-", which command lines take for an option. Existing flags with
-- such a key stay as they are.
create function refuse_flag_key() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'BG008',
    message = format('flag key "%s" must not begin with -: command lines take it for an option', new.key);
end
$$;

create trigger flags_key_refused after insert on flags for each row when (left(new.key, 1) = '-')
  execute function refuse_flag_key();
