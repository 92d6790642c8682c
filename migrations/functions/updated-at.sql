-- Sets updated_at when a column that people edit has changed. The triggers list those columns.
create function set_updated_at() returns trigger
language plpgsql as $$
begin
  new.updated_at := transaction_timestamp();
  return new;
end
$$;

create trigger flags_set_updated_at before update on flags for each row
when ((new.kind, new.type, new.variants, new.client_visible, new.metadata, new.description, new.tags, new.owner,
    new.fallback, new.json_schema, new.lifetime, new.expires_at, new.archived_at)
  is distinct from
  (old.kind, old.type, old.variants, old.client_visible, old.metadata, old.description, old.tags, old.owner,
    old.fallback, old.json_schema, old.lifetime, old.expires_at, old.archived_at))
execute function set_updated_at();
create trigger flag_configurations_set_updated_at before update on flag_configurations for each row
when ((new.enabled, new.rules, new.default_serve, new.off_variant, new.prerequisites)
  is distinct from (old.enabled, old.rules, old.default_serve, old.off_variant, old.prerequisites))
execute function set_updated_at();
create trigger segments_set_updated_at before update on segments for each row
when ((new.name, new.description, new.condition) is distinct from (old.name, old.description, old.condition))
execute function set_updated_at();
