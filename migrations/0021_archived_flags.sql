-- A flag can be archived: its configurations move to archived_configurations, so that every reader takes it for
-- absent, and its definition keeps the key reserved. A definition has a lifetime and may have an expiry. Repositories
-- report how often their code names each flag.
--
-- Workers of the previous version keep working: they take an archived flag for a definition without environments, and
-- the triggers refuse every change of it, with an error that they know. They leave the new columns alone.
CREATE TABLE "archived_configurations" (
	"environment" text NOT NULL,
	"flag_key" text NOT NULL,
	"configuration" jsonb NOT NULL,
	CONSTRAINT "archived_configurations_environment_flag_key_pk" PRIMARY KEY("environment","flag_key")
);
--> statement-breakpoint
CREATE TABLE "code_references" (
	"repository" text NOT NULL,
	"flag_key" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "code_references_repository_flag_key_pk" PRIMARY KEY("repository","flag_key"),
	CONSTRAINT "code_references_count_check" CHECK ("code_references"."count" > 0)
);
--> statement-breakpoint
CREATE TABLE "code_repositories" (
	"name" text PRIMARY KEY NOT NULL,
	"commit" text NOT NULL,
	"scanned_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "code_repositories_name_check" CHECK (length("code_repositories"."name") between 1 and 200),
	CONSTRAINT "code_repositories_commit_check" CHECK (length("code_repositories"."commit") between 1 and 100)
);
--> statement-breakpoint
ALTER TABLE "flags" ADD COLUMN "lifetime" text;--> statement-breakpoint
ALTER TABLE "flags" ADD COLUMN "expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "flags" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "usage_scopes" ADD COLUMN "counted_since" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "archived_configurations" ADD CONSTRAINT "archived_configurations_environment_environments_key_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "code_references" ADD CONSTRAINT "code_references_repository_code_repositories_name_fk" FOREIGN KEY ("repository") REFERENCES "public"."code_repositories"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "code_references" ADD CONSTRAINT "code_references_flag_key_flags_key_fk" FOREIGN KEY ("flag_key") REFERENCES "public"."flags"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "archived_configurations_flag_key_index" ON "archived_configurations" USING btree ("flag_key");--> statement-breakpoint
CREATE INDEX "code_references_flag_key_index" ON "code_references" USING btree ("flag_key");--> statement-breakpoint
CREATE INDEX "flags_archived_index" ON "flags" USING btree ("key") WHERE archived_at is not null;--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_lifetime_check" CHECK ("flags"."lifetime" in ('permanent', 'temporary'));--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_expires_at_check" CHECK ("flags"."expires_at" is null or "flags"."lifetime" = 'temporary');
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
create function refuse_archived(of_key text) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'BG006', message = format(
    'flag "%s" is archived, and its key stays reserved: restore it first, with "burgee flags unarchive" '
    || 'or POST /api/v1/flags/{key}/unarchive', of_key);
end
$$;
--> statement-breakpoint
create function archived_flag_changed() returns trigger
language plpgsql as $$
begin
  perform refuse_archived(new.key);
  return new;
end
$$;
--> statement-breakpoint
create trigger flags_archived_stay before update on flags for each row
when (old.archived_at is not null and new.archived_at is not null)
execute function archived_flag_changed();
--> statement-breakpoint
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
--> statement-breakpoint
create trigger flag_configurations_archived after insert on flag_configurations
referencing new table as new_rows for each statement execute function archived_flag_configured();
--> statement-breakpoint
create function archived_flags_deleted() returns trigger
language plpgsql as $$
begin
  delete from archived_configurations a using old_rows o where a.flag_key = o.key;
  return null;
end
$$;
--> statement-breakpoint
create trigger flags_deleted_archive after delete on flags
referencing old table as old_rows for each statement execute function archived_flags_deleted();
--> statement-breakpoint
create or replace function require_rights() returns trigger
language plpgsql as $$
declare
  token_id text := substr(audit_actor(), 5);
  own text[];
  refused record;
begin
  if left(audit_actor(), 4) <> 'key:' then
    return null;
  end if;
  select k.environments into own from sdk_keys k where k.id = token_id;
  if own is null then
    return null;
  end if;
  select n.entity, n.key, n.environment into refused
  from new_rows n
  where case
      when n.environment is not null then n.environment <> all (own)
      when n.entity <> 'flag' then true
      when n.action = 'create' then false
      else exists (select from flag_configurations c where c.flag_key = n.key and c.environment <> all (own))
        or exists (select from archived_configurations a where a.flag_key = n.key and a.environment <> all (own))
    end
  limit 1;
  if found then
    raise exception using errcode = 'BG009',
      message = case
        when refused.environment is not null then 'the token has no right to change another environment'
        when refused.entity = 'flag' then format('the definition of flag "%s" is shared with environments for which the token has no right', refused.key)
        else 'the token has no right to change the whole project'
      end;
  end if;
  return null;
end
$$;
--> statement-breakpoint
create or replace trigger flags_set_updated_at before update on flags for each row
when ((new.kind, new.type, new.variants, new.client_visible, new.metadata, new.description, new.tags, new.owner,
    new.fallback, new.json_schema, new.lifetime, new.expires_at, new.archived_at)
  is distinct from
  (old.kind, old.type, old.variants, old.client_visible, old.metadata, old.description, old.tags, old.owner,
    old.fallback, old.json_schema, old.lifetime, old.expires_at, old.archived_at))
execute function set_updated_at();
