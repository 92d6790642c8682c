-- Admin tokens can have environments, an expiry and a day of last use. The ones with limits are of the kind `limited`,
-- because a worker from before this migration would ignore the limits: it refuses an unknown kind.
ALTER TABLE "sdk_keys" DROP CONSTRAINT "sdk_keys_kind_check";--> statement-breakpoint
ALTER TABLE "sdk_keys" DROP CONSTRAINT "sdk_keys_environment_check";--> statement-breakpoint
ALTER TABLE "sdk_keys" DROP CONSTRAINT "sdk_keys_role_check";--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD COLUMN "environments" text[];--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD COLUMN "expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD COLUMN "last_used_on" date;--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_limits_check" CHECK (("sdk_keys"."kind" = 'limited') = ("sdk_keys"."environments" is not null or "sdk_keys"."expires_at" is not null));--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_environments_check" CHECK (cardinality("sdk_keys"."environments") between 1 and 100 and array_position("sdk_keys"."environments", null) is null);--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_kind_check" CHECK ("sdk_keys"."kind" in ('client', 'server', 'admin', 'limited'));--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_environment_check" CHECK (("sdk_keys"."kind" in ('admin', 'limited')) = ("sdk_keys"."environment" is null));--> statement-breakpoint
ALTER TABLE "sdk_keys" ADD CONSTRAINT "sdk_keys_role_check" CHECK (("sdk_keys"."kind" in ('admin', 'limited')) = ("sdk_keys"."role" is not null) and "sdk_keys"."role" in ('read', 'write'));
--> statement-breakpoint
-- The audit leaves out the day of last use, because using a token changes nothing.
create or replace function key_image(k sdk_keys) returns jsonb
language sql immutable as $$
  select to_jsonb(k) - '{secret_hash,created_at,last_used_on}'::text[]
    - case when k.environment is null then '{}'::text[] else '{environments,expires_at}'::text[] end
    || jsonb_build_object('fingerprint', left(k.secret_hash, 8))
$$;
--> statement-breakpoint
-- Refuses (BG009) what an admin token with environments may not change: other environments, admin tokens, and the
-- definition of a flag that another environment has. Every write has an audit row, so this covers all of them.
create function require_rights() returns trigger
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
create trigger audit_rights_required after insert on audit
referencing new table as new_rows for each statement execute function require_rights();
