-- Refuses a transaction that leaves wrong references in an environment. It runs once for each environment, at the end
-- of the transaction, so a transaction may write in any order. SQLSTATE BG001 means a wrong reference, BG002 a cycle,
-- BG003 that a deleted flag or segment is still used, and BG007 that one evaluation would make too many tests. The
-- error's DETAIL describes the problem as JSON.
--
-- Lateral subqueries with OFFSET or LIMIT make each lookup use an index. Without them, Postgres joins a table that was
-- never analysed as if it were tiny.
create function check_references(of_environment text) returns void
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  max_problems constant int := 20;
  max_tests constant int := 100000; -- equals LIMITS.testsPerEvaluation
  changed text[];
  present text[];
  problems jsonb;
  cycle text[];
  excess jsonb;
begin
  with taken as (delete from reference_checks r where r.environment = of_environment returning r.node)
  select array_agg(taken.node) into changed from taken;
  if changed is null then
    return;
  end if;
  present := array(
    select n.node from unnest(changed) as n (node)
    where exists (
        select from flag_configurations c
        where n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
        offset 0
      )
      or exists (
        select from segments s
        where n.node like 'segment:%' and s.environment = of_environment and s.key = substr(n.node, 9)
        offset 0
      )
  );

  select jsonb_agg(jsonb_build_object('node', gone.node, 'by', gone.by)) into problems
  from (
    select n.node, r.node as by
    from (select unnest(changed) except select unnest(present)) as n (node)
      cross join lateral (
        select d.node from document_references d
        where d.environment = of_environment and d.refers_to = n.node
        offset 0
      ) as r
    order by n.node, r.node
    limit max_problems
  ) as gone;
  if problems is not null then
    raise exception using errcode = 'BG003',
      message = format('%s is still used by %s',
        node_label(problems #>> '{0,node}'), node_label(problems #>> '{0,by}')),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
  end if;

  select jsonb_agg(to_jsonb(wrong) order by wrong.node, wrong.reference) into problems
  from (
    select n.node, 'unknown' as problem, r.refers_to as reference
    from unnest(present) as n (node)
      cross join lateral (
        select d.refers_to from document_references d
        where d.environment = of_environment and d.node = n.node
        offset 0
      ) as r
    where not exists (
        select from flag_configurations c
        where r.refers_to like 'flag:%' and c.environment = of_environment and c.flag_key = substr(r.refers_to, 6)
        offset 0
      )
      and not exists (
        select from segments s
        where r.refers_to like 'segment:%' and s.environment = of_environment and s.key = substr(r.refers_to, 9)
        offset 0
      )
    limit max_problems
  ) as wrong;
  if problems is not null then
    raise exception using errcode = 'BG001',
      message = format('%s names %s, which does not exist in environment "%s"',
        node_label(problems #>> '{0,node}'), node_label(problems #>> '{0,reference}'), of_environment),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
  end if;

  select jsonb_agg(to_jsonb(wrong) order by wrong.node, wrong.reference, wrong.variant) into problems
  from (
    -- Variants that a configuration serves but its own flag does not have.
    select n.node, 'unknown_variant' as problem, n.node as reference, variant
    from unnest(present) as n (node)
      cross join lateral (
        select f.variants, c.rules, c.default_serve, c.off_variant
        from flag_configurations c
          join flags f on f.key = c.flag_key
        where n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
        limit 1
      ) as f
      -- Walks only what the rules serve, because conditions can be long.
      cross join lateral jsonb_array_elements_text(
        jsonb_path_query_array(f.rules, 'lax $[*].serve.**.variant')
          || jsonb_path_query_array(f.rules, 'lax $[*].serve.**.weights[*][0]')
          || jsonb_path_query_array(f.default_serve, 'strict $.**.variant')
          || jsonb_path_query_array(f.default_serve, 'strict $.**.weights[*][0]')
          || to_jsonb(array[f.off_variant])
      ) as variant
    where variant is not null and not f.variants ? variant
    union all
    -- Variants of other flags that a changed document names, and variants of changed flags that other documents name,
    -- when the flag does not have them.
    select user_of.node, 'unknown_variant', asked.node, asked.variant
    from (
        select n.node
        from unnest(present) as n (node)
          cross join lateral (
            select from document_references d
            where d.environment = of_environment and d.node = n.node and d.refers_to like 'flag:%'
            limit 1
          ) as r
        union
        select r.node
        from unnest(present) as n (node)
          cross join lateral (
            select d.node from document_references d
            where n.node like 'flag:%' and d.environment = of_environment and d.refers_to = n.node
            offset 0
          ) as r
      ) as user_of
      cross join lateral (
        select array[c.rules, c.prerequisites] as documents from flag_configurations c
        where user_of.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(user_of.node, 6)
        union all
        select array[s.condition] from segments s
        where user_of.node like 'segment:%' and s.environment = of_environment and s.key = substr(user_of.node, 9)
        limit 1
      ) as u
      cross join lateral named_variants(variadic u.documents) as asked
      cross join lateral (select f.variants from flags f where f.key = substr(asked.node, 6) limit 1) as f
    where not f.variants ? asked.variant
    limit max_problems
  ) as wrong;
  if problems is not null then
    raise exception using errcode = 'BG001',
      message = format('%s names variant "%s", which %s does not have', node_label(problems #>> '{0,node}'),
        problems #>> '{0,variant}', node_label(problems #>> '{0,reference}')),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
  end if;

  cycle := find_cycle(
    of_environment,
    array(
      select n.node from unnest(present) as n (node)
      where exists (select from document_references r where r.environment = of_environment and r.node = n.node)
    )
  );
  if cycle is not null then
    raise exception using errcode = 'BG002',
      message = format('cycle in environment "%s": %s', of_environment, (
        select string_agg(substr(step.node, position(':' in step.node) + 1), ' → ' order by step.position)
        from unnest(cycle) with ordinality as step (node, position)
      )),
      detail = jsonb_build_object('environment', of_environment, 'cycle', cycle);
  end if;

  excess := find_excess(of_environment, present, max_tests);
  if excess is not null then
    select jsonb_agg(jsonb_build_object('node', e.key, 'problem', 'too_many_tests', 'tests', e.value) order by e.key)
    into problems
    from (select key, value from jsonb_each(excess) order by key limit max_problems) as e;
    raise exception using errcode = 'BG007',
      message =
        format('one evaluation of %s would make %s tests, segments and other flags included; at most %s are accepted',
        node_label(problems #>> '{0,node}'), problems #>> '{0,tests}', max_tests),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
  end if;
end
$$;

create function outbox_checks_references() returns trigger
language plpgsql as $$
begin
  perform check_references(new.environment);
  perform record_version(new.environment, new.version, 'change');
  return null;
end
$$;

-- Every change adds or updates an outbox row, so a deferred trigger on the outbox runs once for each environment. At
-- that time the audit has all rows of the version.
create constraint trigger outbox_check_references after insert or update of fields on outbox
deferrable initially deferred for each row execute function outbox_checks_references();
