-- Whether signed overrides count in an environment. The edge reads it with the environment's SDK keys, so a change of it is
-- a change of theirs: it makes a version and is purged like any other.
ALTER TABLE "environments" ADD COLUMN "overrides_allowed_at" timestamp with time zone;
--> statement-breakpoint
create function environment_image(e environments) returns jsonb
language sql stable as $$
  select jsonb_build_object('name', e.name, 'overrides_allowed_at', e.overrides_allowed_at)
$$;
--> statement-breakpoint
create or replace function environment_changed() returns trigger
language plpgsql as $$
declare
  gone record;
begin
  if tg_op = 'INSERT' then
    insert into audit (actor, environment, entity, key, action, after, version)
    select audit_actor(), n.key, 'environment', n.key, 'create', environment_image(n), n.version
    from new_rows n;
  elsif tg_op = 'UPDATE' then
    insert into audit (actor, environment, entity, key, action, before, after, version)
    select audit_actor(), c.key, 'environment', c.key, 'update', c.before, c.after,
      -- Ends in this trigger again, where it finds nothing but a new version.
      case when c.before -> 'overrides_allowed_at' = c.after -> 'overrides_allowed_at' then c.version
        else record_change(c.key, '{}', '{@keys}') end
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
      insert into outbox (environment, version) values (gone.key, gone.version)
      on conflict (environment, version) do update set fields = null, done_at = null;
      delete from reference_checks where environment = gone.key;
      insert into audit (actor, environment, entity, key, action, before, version)
      values (audit_actor(), gone.key, 'environment', gone.key, 'delete', gone.image, gone.version);
    end loop;
  end if;
  return null;
end
$$;
