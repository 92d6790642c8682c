-- Adds counts of evaluations once for each batch: a repeated call changes nothing and returns false. Each count is a
-- list: environment, hour (since epoch), flag, variant, rule, key, requested, used, and when it was last requested and
-- used (ms since epoch, 0 for never). An empty flag only says when the key was used. Leaves out environments that do
-- not exist.
create function add_usage(batch_id text, counts jsonb) returns boolean
language plpgsql as $$
begin
  insert into usage_batches (id) values (batch_id) on conflict do nothing;
  if not found then
    return false;
  end if;
  insert into usage_scopes (environment)
  select e.key from environments e
  where e.key in (select c ->> 0 from jsonb_array_elements(counts) c)
    and not exists (select from usage_scopes s where s.environment = e.key)
  order by e.key
  on conflict do nothing;
  -- Rows are locked in the order of their keys, so that two batches at once cannot wait for each other.
  insert into usage_hours as u (scope, flag_key, hour, variant, rule, key_id, requested, used)
  select s.id, c ->> 2, to_timestamp((c ->> 1)::bigint * 3600), c ->> 3, c ->> 4, c ->> 5,
    sum((c ->> 6)::bigint), sum((c ->> 7)::bigint)
  from jsonb_array_elements(counts) c join usage_scopes s on s.environment = c ->> 0
  where c ->> 2 <> ''
  group by 1, 2, 3, 4, 5, 6
  order by 1, 2, 3, 4, 5, 6
  on conflict (scope, flag_key, hour, variant, rule, key_id) do update
  set requested = u.requested + excluded.requested, used = u.used + excluded.used;
  insert into flag_usage as f (scope, flag_key, used_at, requested_at)
  select s.id, c ->> 2, to_timestamp(nullif(max((c ->> 9)::numeric), 0) / 1000),
    to_timestamp(nullif(max((c ->> 8)::numeric), 0) / 1000)
  from jsonb_array_elements(counts) c join usage_scopes s on s.environment = c ->> 0
  where c ->> 2 not in ('', '*')
  group by 1, 2
  order by 1, 2
  on conflict (scope, flag_key) do update
  set used_at = greatest(f.used_at, excluded.used_at), requested_at = greatest(f.requested_at, excluded.requested_at);
  insert into key_usage as k (key_id, used_at)
  select c ->> 5, to_timestamp(max(greatest((c ->> 8)::numeric, (c ->> 9)::numeric)) / 1000)
  from jsonb_array_elements(counts) c join sdk_keys own on own.id = c ->> 5 and own.environment = c ->> 0
  group by 1
  order by 1
  on conflict (key_id) do update set used_at = greatest(k.used_at, excluded.used_at);
  return true;
end
$$;

-- Moves counts of hours before an instant to their days in UTC, at most `max_rows` in one call. Sweeps that run at once
-- move different rows. Returns how many rows it moved.
create function roll_up_usage(before timestamptz, max_rows int) returns bigint
language sql as $$
  with old as (
    select scope, flag_key, hour, variant, rule, key_id from usage_hours
    where hour < before order by hour limit max_rows for update skip locked
  ), moved as (
    delete from usage_hours u using old
    where (u.scope, u.flag_key, u.hour, u.variant, u.rule, u.key_id)
      = (old.scope, old.flag_key, old.hour, old.variant, old.rule, old.key_id)
    returning u.*
  ), added as (
    insert into usage_days as d (scope, flag_key, day, variant, rule, key_id, requested, used)
    select scope, flag_key, (hour at time zone 'UTC')::date, variant, rule, key_id, sum(requested), sum(used)
    from moved
    group by 1, 2, 3, 4, 5, 6
    order by 1, 2, 3, 4, 5, 6
    on conflict (scope, flag_key, day, variant, rule, key_id) do update
    set requested = d.requested + excluded.requested, used = d.used + excluded.used
  )
  select count(*) from moved
$$;

-- Deletes usage that is no longer kept: days before `oldest`, flags that were last evaluated before it, batches added
-- before `oldest_batch`, and everything of deleted environments. Deletes at most `max_rows` of each table in one call.
create function prune_usage(oldest timestamptz, oldest_batch timestamptz, max_rows int) returns bigint
language plpgsql as $$
declare
  total bigint := 0;
  pruned bigint;
  gone int[] := array(select id from usage_scopes where environment is null limit 100);
begin
  delete from usage_batches where id in (
    select id from usage_batches where added_at < oldest_batch limit max_rows for update skip locked);
  get diagnostics pruned = row_count;
  total := total + pruned;
  delete from usage_hours where ctid = any (array(
    select ctid from usage_hours where scope = any (gone) limit max_rows for update skip locked));
  get diagnostics pruned = row_count;
  total := total + pruned;
  delete from usage_days where ctid = any (array(
    select ctid from usage_days where day < (oldest at time zone 'UTC')::date or scope = any (gone)
    limit max_rows for update skip locked));
  get diagnostics pruned = row_count;
  total := total + pruned;
  delete from flag_usage where ctid = any (array(
    select ctid from flag_usage where greatest(used_at, requested_at) < oldest or scope = any (gone)
    limit max_rows for update skip locked));
  get diagnostics pruned = row_count;
  total := total + pruned;
  delete from usage_scopes s where s.id = any (gone)
    and not exists (select from usage_hours u where u.scope = s.id)
    and not exists (select from usage_days u where u.scope = s.id)
    and not exists (select from flag_usage u where u.scope = s.id);
  return total;
end
$$;
