-- Records changes of configurations and segments: references, versions and audit. Its arguments are the kind of the
-- document, the entity in the audit, and the column that holds the key.
-- With the default work_mem of 4 MB, the documents of a large write would go through temporary files several times.
create function document_changed() returns trigger
language plpgsql set work_mem = '32MB' as $$
declare
  document_kind constant text := tg_argv[0];
  changed_entity constant text := tg_argv[1];
  key_column constant text := tg_argv[2];
  untracked constant text[] := '{created_at,updated_at}';
  changes entity_change[];
  touched record;
begin
  if tg_op = 'INSERT' then
    changes := array(
      select row(environment, image ->> key_column, null, image)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from new_rows r offset 0) as n
    );
  elsif tg_op = 'DELETE' then
    changes := array(
      select row(environment, image ->> key_column, image, null)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from old_rows r offset 0) as o
    );
  else
    changes := array(
      select row(coalesce(o.environment, n.environment), coalesce(o.image, n.image) ->> key_column,
        o.image, n.image)::entity_change
      from (select environment, to_jsonb(r) - untracked as image from old_rows r offset 0) as o
        full join (select environment, to_jsonb(r) - untracked as image from new_rows r offset 0) as n
        on o.environment = n.environment and o.image ->> key_column = n.image ->> key_column
      where o.image is distinct from n.image
    );
  end if;
  delete from document_versions v
  using unnest(changes) as change
  where change.after is null and v.environment = change.environment and v.kind = document_kind and v.key = change.key;
  perform record_references(document_kind, changes);
  for touched in
    select change.environment,
      array_agg(document_kind || ':' || change.key) as nodes,
      array_agg(change) as changes,
      document_kind = 'flag' and bool_or(change.before is null or change.after is null) as index_changed
    from unnest(changes) as change
    group by change.environment
    order by change.environment
  loop
    perform write_audit(
      changed_entity,
      touched.changes,
      record_change(
        touched.environment,
        touched.nodes,
        case when touched.index_changed then '{@index}'::text[] else '{}' end
      )
    );
  end loop;
  return null;
end
$$;

create trigger flag_configurations_inserted after insert on flag_configurations
referencing new table as new_rows for each statement
execute function document_changed('flag', 'configuration', 'flag_key');
create trigger flag_configurations_updated after update on flag_configurations
referencing old table as old_rows new table as new_rows for each statement
execute function document_changed('flag', 'configuration', 'flag_key');
create trigger flag_configurations_deleted after delete on flag_configurations
referencing old table as old_rows for each statement
execute function document_changed('flag', 'configuration', 'flag_key');
create trigger segments_inserted after insert on segments
referencing new table as new_rows for each statement execute function document_changed('segment', 'segment', 'key');
create trigger segments_updated after update on segments
referencing old table as old_rows new table as new_rows for each statement
execute function document_changed('segment', 'segment', 'key');
create trigger segments_deleted after delete on segments
referencing old table as old_rows for each statement execute function document_changed('segment', 'segment', 'key');
