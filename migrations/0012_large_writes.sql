-- A write of 10,000 documents takes about three quarters of the time. Most of the time of check_references() went into
-- looking for variants of other flags in documents that name none.
create or replace function check_references(of_environment text) returns void
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
--> statement-breakpoint
-- These use enough memory to keep the changed documents out of temporary files.
create or replace function document_changed() returns trigger
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
--> statement-breakpoint
create or replace function flag_changed() returns trigger
language plpgsql set work_mem = '32MB' as $$
declare
  changes entity_change[];
  touched record;
begin
  if tg_op = 'INSERT' then
    changes := array(
      select row(null, n.key, null, to_jsonb(n) - '{created_at,updated_at}'::text[])::entity_change from new_rows n
    );
  elsif tg_op = 'DELETE' then
    changes := array(
      select row(null, o.key, to_jsonb(o) - '{created_at,updated_at}'::text[], null)::entity_change from old_rows o
    );
  else
    changes := array(
      select row(null, key, o.image, n.image)::entity_change
      from (select key, to_jsonb(r) - '{created_at,updated_at}'::text[] as image from old_rows r offset 0) as o
        full join (select key, to_jsonb(r) - '{created_at,updated_at}'::text[] as image from new_rows r offset 0) as n
        using (key)
      where o.image is distinct from n.image
    );
  end if;
  if cardinality(changes) > 0 then
    for touched in
      select c.environment, array_agg('flag:' || c.flag_key) as nodes
      from unnest(changes) as change
        join flag_configurations c on c.flag_key = change.key
      group by c.environment
      order by c.environment
    loop
      perform record_change(touched.environment, touched.nodes, '{}');
    end loop;
    perform write_audit('flag', changes, null);
  end if;
  return null;
end
$$;
