-- Webhooks, the events that writes queue for them, and the queues that senders lease. Changes of webhooks are in the
-- audit, so an older worker beside this one lists entries of an entity that it does not know.
--
-- The new constraint of the audit is NOT VALID, because the old one was narrower, and reading the whole audit would take
-- long.
CREATE TABLE "webhook_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"webhook_id" text NOT NULL,
	"environment" text NOT NULL,
	"write_id" bigint NOT NULL,
	"message_id" text NOT NULL,
	"version" bigint,
	"audit_ids" bigint[] NOT NULL,
	"entity_count" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"seen_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"log" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "webhook_events_state_check" CHECK ("webhook_events"."state" in ('pending', 'delivered', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "webhook_queues" (
	"webhook_id" text NOT NULL,
	"environment" text NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"leased_until" timestamp with time zone,
	"next_attempt_at" timestamp with time zone,
	CONSTRAINT "webhook_queues_webhook_id_environment_pk" PRIMARY KEY("webhook_id","environment")
);
--> statement-breakpoint
CREATE TABLE "webhook_writes" (
	"write_id" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"format" text DEFAULT 'standard' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"environments" text[],
	"tags" text[],
	"entities" text[],
	"secret_salt" text NOT NULL,
	"secret_hash" text NOT NULL,
	"previous_salt" text,
	"previous_hash" text,
	"previous_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_id_check" CHECK ("webhooks"."id" ~ '^[A-Za-z0-9]{8,40}$'),
	CONSTRAINT "webhooks_name_check" CHECK (length("webhooks"."name") between 1 and 200),
	CONSTRAINT "webhooks_url_check" CHECK (length("webhooks"."url") <= 2000),
	CONSTRAINT "webhooks_format_check" CHECK ("webhooks"."format" in ('standard', 'slack')),
	CONSTRAINT "webhooks_environments_check" CHECK (cardinality("webhooks"."environments") between 1 and 100 and array_position("webhooks"."environments", null) is null),
	CONSTRAINT "webhooks_tags_check" CHECK (cardinality("webhooks"."tags") between 1 and 100 and array_position("webhooks"."tags", null) is null),
	CONSTRAINT "webhooks_entities_check" CHECK (cardinality("webhooks"."entities") > 0 and "webhooks"."entities" <@ '{flag,segment,key,environment,token}'),
	CONSTRAINT "webhooks_secret_check" CHECK ("webhooks"."secret_salt" ~ '^[0-9a-f]{32}$' and "webhooks"."secret_hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "webhooks_previous_check" CHECK (("webhooks"."previous_salt" is null) = ("webhooks"."previous_hash" is null) and ("webhooks"."previous_salt" is null) = ("webhooks"."previous_until" is null))
);
--> statement-breakpoint
ALTER TABLE "audit" DROP CONSTRAINT "audit_entity_check";--> statement-breakpoint
ALTER TABLE "webhook_events" ADD CONSTRAINT "webhook_events_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_queues" ADD CONSTRAINT "webhook_queues_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_events_write_index" ON "webhook_events" USING btree ("write_id","webhook_id","environment");--> statement-breakpoint
CREATE INDEX "webhook_events_list_index" ON "webhook_events" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE INDEX "webhook_events_state_index" ON "webhook_events" USING btree ("webhook_id","state","environment","id") WHERE state <> 'delivered';--> statement-breakpoint
CREATE INDEX "webhook_events_finished_index" ON "webhook_events" USING btree ("finished_at") WHERE finished_at is not null;--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_entity_check" CHECK ("audit"."entity" in ('flag', 'configuration', 'segment', 'key', 'environment', 'webhook')) NOT VALID;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
create trigger webhooks_changed after insert or update or delete on webhooks
for each row execute function webhook_changed();
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
create trigger audit_writes_mark_webhooks after insert on audit
for each statement execute function mark_write_for_webhooks();
--> statement-breakpoint
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
    )
    select h.id as webhook, t.environment, (array_agg(t.id order by t.id))[1:max_rows] as audit_ids,
      count(distinct (t.kind, t.key)) as entity_count
    from webhooks h join touched t
      on (h.environments is null or t.environment = any (h.environments))
        and (h.entities is null or t.kind = any (h.entities))
        and (h.tags is null or t.kind = 'flag' and (
          exists (select from flags f where f.key = t.key and f.tags && h.tags)
          -- The tags before the write, also of a flag that is gone.
          or exists (select from written w where w.entity = 'flag' and w.key = t.key and w.old_tags ?| h.tags)
        ))
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
--> statement-breakpoint
create constraint trigger webhook_writes_queue after insert on webhook_writes
deferrable initially deferred for each row execute function queue_webhook_events();
