-- A webhook for the audit. It leaves out the secret, and the path of the URL, which can be one as well; fingerprints
-- change with them.
create function webhook_image(w webhooks) returns jsonb
language sql immutable as $$
  select jsonb_build_object(
    'name', w.name, 'format', w.format, 'enabled', w.enabled,
    'environments', w.environments, 'tags', w.tags, 'entities', w.entities,
    'url', substring(w.url from '^[a-z]+://[^/?#]+'),
    'url_fingerprint', left(encode(sha256(convert_to(w.url, 'UTF8')), 'hex'), 8),
    'secret_fingerprint', left(w.secret_hash, 8), 'previous_until', w.previous_until
  )
$$;

create function webhook_changed() returns trigger
language plpgsql as $$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then webhook_image(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then webhook_image(new) end;
begin
  if before is distinct from after then
    perform write_audit('webhook', array[row(null, coalesce(new.id, old.id), before, after)::entity_change], null);
  end if;
  return null;
end
$$;

create trigger webhooks_changed after insert or update or delete on webhooks
for each row execute function webhook_changed();

-- Refuses another webhook (BG006) when there are `max_webhooks`, because each of them costs every write a row.
create function require_room_for_webhook(max_webhooks int) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('burgee webhooks'));
  if (select count(*) from webhooks) >= max_webhooks then
    raise exception using errcode = 'BG006',
      message = format('the project has %s webhooks, which is the limit: delete one first', max_webhooks);
  end if;
end
$$;

-- Notes that the running write has changes for webhooks. As the owner of the tables, because people who edit rows in
-- SQL may have no right to these.
create function mark_write_for_webhooks() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from webhooks w where w.enabled) then
    insert into webhook_writes (write_id) values (audit_write()) on conflict do nothing;
  end if;
  return null;
end
$$;

create trigger audit_writes_mark_webhooks after insert on audit
for each statement execute function mark_write_for_webhooks();

-- Queues one event for each webhook and environment that the write concerns, once the audit has all rows of the write.
-- The write holds the locks of its environments, so the ids of events are in the order of the environment's versions.
-- Changes that concern no environment have a lock of their own for that. It comes last, as the environments' locks do
-- in the order of their keys.
--
-- Without nested loops, because nothing tells the planner how many rows a write has changed. Without JIT, because it
-- takes longer than the query.
create function queue_webhook_events() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set enable_nestloop = off
set jit = off as $$
declare
  max_rows constant int := 50; -- equals MAX_EVENT_ROWS
  event record;
begin
  delete from webhook_writes w where w.write_id = new.write_id;
  for event in
    with written as materialized (
      select a.id, a.environment, a.entity, a.key, a.versions,
        case a.entity
          when 'configuration' then 'flag'
          when 'key' then case when a.environment is null then 'token' else 'key' end
          else a.entity
        end as kind,
        case when a.entity = 'flag' then a.before -> 'tags' end as old_tags
      from audit a
      where coalesce(a.write_id, a.id) = new.write_id and a.entity <> 'webhook'
    ), placed as materialized (
      select w.id, w.environment, w.kind, w.key from written w where w.environment is not null
      union
      -- A definition concerns the environments that have the flag, and those that the same write took it from.
      select w.id, made.environment, w.kind, w.key
      from written w cross join lateral jsonb_object_keys(w.versions) as made (environment)
      where w.environment is null
      union
      select w.id, c.environment, w.kind, w.key
      from written w join written c on c.entity = 'configuration' and c.key = w.key
      where w.entity = 'flag'
    ), touched as materialized (
      select p.id, p.environment, p.kind, p.key from placed p
      union all
      select w.id, '', w.kind, w.key from written w where w.id not in (select p.id from placed p)
    ), tagged as materialized (
      -- The tags of flags after the write and before it. A flag can be gone.
      select t.key, array_agg(t.tag) as tags
      from (
        select w.key, unnest(f.tags) as tag from written w join flags f on f.key = w.key where w.kind = 'flag'
        union
        select w.key, jsonb_array_elements_text(w.old_tags) from written w where w.entity = 'flag'
      ) as t
      where exists (select from webhooks h where h.enabled and h.tags is not null)
      group by t.key
    ), numbered as materialized (
      select t.id, t.environment, t.kind, dense_rank() over (order by t.kind, t.key) as entity,
        case when t.kind = 'flag' then g.tags end as tags
      from touched t left join tagged g on g.key = t.key
    )
    select h.id as webhook, t.environment, (array_agg(t.id order by t.id))[1:max_rows] as audit_ids,
      count(distinct t.entity) as entity_count
    from webhooks h join numbered t
      on (h.environments is null or t.environment = any (h.environments))
        and (h.entities is null or t.kind = any (h.entities))
        and (h.tags is null or t.tags && h.tags)
    where h.enabled
    group by h.id, t.environment
    order by t.environment = '', t.environment, h.id
  loop
    if event.environment = '' then
      perform pg_advisory_xact_lock(hashtext('burgee webhooks'));
    end if;
    insert into webhook_queues (webhook_id, environment) values (event.webhook, event.environment)
    on conflict do nothing;
    insert into webhook_events as e
      (webhook_id, environment, write_id, message_id, version, audit_ids, entity_count)
    values (
      event.webhook, event.environment, new.write_id, 'evt_' || replace(gen_random_uuid()::text, '-', ''),
      coalesce(
        (select v.version from environments v where v.key = event.environment),
        (select max(o.version) from outbox o where o.environment = event.environment)
      ),
      event.audit_ids, event.entity_count
    )
    on conflict (write_id, webhook_id, environment) do update
    set version = excluded.version, audit_ids = excluded.audit_ids, entity_count = excluded.entity_count;
    -- The write's last statement reads this, so that its worker sends at once.
    perform set_config('burgee.webhook_events', 'yes', true);
  end loop;
  return null;
end
$$;

create constraint trigger webhook_writes_queue after insert on webhook_writes
deferrable initially deferred for each row execute function queue_webhook_events();
