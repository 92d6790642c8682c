-- Refuses TRUNCATE (BG006), because its triggers do not see the rows, so their changes could not be purged.
create function refuse_truncate() returns trigger
language plpgsql as $$
begin
  raise exception using errcode = 'BG006',
    message = format('TRUNCATE of "%s" is refused: its changes could not be purged', tg_table_name),
    hint = format('DELETE FROM %I does the same and purges what it changes.', tg_table_name);
end
$$;

create trigger environments_refuse_truncate before truncate on environments execute function refuse_truncate();
create trigger flags_refuse_truncate before truncate on flags execute function refuse_truncate();
create trigger flag_configurations_refuse_truncate before truncate on flag_configurations
execute function refuse_truncate();
create trigger segments_refuse_truncate before truncate on segments execute function refuse_truncate();
create trigger sdk_keys_refuse_truncate before truncate on sdk_keys execute function refuse_truncate();
create trigger document_references_refuse_truncate before truncate on document_references
execute function refuse_truncate();
create trigger document_versions_refuse_truncate before truncate on document_versions
execute function refuse_truncate();
create trigger outbox_refuse_truncate before truncate on outbox execute function refuse_truncate();
