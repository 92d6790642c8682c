-- References are checked once for each environment and transaction, at its end, so that a transaction may write
-- in any order. What is wrong is told in DETAIL as JSON. SQLSTATE: BG001 wrong references, BG002 a cycle,
-- BG003 deleted while in use.

-- What a node ("flag:<key>", "segment:<key>") of an environment names.
create function references_of(of_environment text, of_node text) returns setof text
language sql stable as $$
  select unnest(c.refers_to) from flag_configurations c
  where of_node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(of_node, 6)
  union all
  select unnest(s.refers_to) from segments s
  where of_node like 'segment:%' and s.environment = of_environment and s.key = substr(of_node, 9)
$$;
--> statement-breakpoint
create function node_exists(of_environment text, of_node text) returns boolean
language sql stable as $$
  select case when of_node like 'flag:%'
    then exists (select from flag_configurations c where c.environment = of_environment and c.flag_key = substr(of_node, 6))
    else exists (select from segments s where s.environment = of_environment and s.key = substr(of_node, 9))
  end
$$;
--> statement-breakpoint
create function node_label(node text) returns text
language sql immutable as $$
  select format('%s "%s"', split_part(node, ':', 1), substr(node, position(':' in node) + 1))
$$;
--> statement-breakpoint
-- The nodes of a cycle that can be reached from `nodes`, first and last the same; null: there is none.
create function find_cycle(of_environment text, nodes text[]) returns text[]
language plpgsql stable as $$
declare
  remaining text[];
  kept text[];
  path text[];
begin
  with recursive reached (node) as (
    select node from unnest(nodes) as node
    union
    select named from reached cross join lateral references_of(of_environment, reached.node) as named
  )
  select array_agg(node) into remaining from reached;
  -- Takes away whatever names nothing that remains, layer by layer: only cycles and what leads to them stay.
  loop
    select array_agg(node) into kept
    from unnest(remaining) as node
    where exists (select from references_of(of_environment, node) as named where named = any (remaining));
    if kept is null then
      return null;
    end if;
    exit when cardinality(kept) = cardinality(remaining);
    remaining := kept;
  end loop;
  -- Every node that remains names one that remains, so walking on must come round.
  path := array[(select min(node) from unnest(remaining) as node)];
  loop
    path := path || (
      select min(named) from references_of(of_environment, path[cardinality(path)]) as named where named = any (remaining)
    );
    if path[cardinality(path)] = any (path[:cardinality(path) - 1]) then
      return path[array_position(path, path[cardinality(path)]):];
    end if;
  end loop;
end
$$;
--> statement-breakpoint
create function check_references(of_environment text) returns void
language plpgsql as $$
declare
  max_problems constant int := 20;
  changed text[];
  present text[];
  problems jsonb;
  cycle text[];
begin
  with taken as (delete from reference_checks r where r.environment = of_environment returning r.node)
  select array_agg(taken.node) into changed from taken;
  if changed is null then
    return;
  end if;
  select coalesce(array_agg(found.node), '{}') into present
  from (
    select n.node from unnest(changed) as n (node)
      join flag_configurations c
      on n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
    union all
    select n.node from unnest(changed) as n (node)
      join segments s on n.node like 'segment:%' and s.environment = of_environment and s.key = substr(n.node, 9)
  ) as found;

  select jsonb_agg(jsonb_build_object('node', gone.node, 'by', gone.by)) into problems
  from (
    select n.node, user_of.by
    from (select unnest(changed) except select unnest(present)) as n (node)
      cross join lateral (
        select 'flag:' || c.flag_key as by from flag_configurations c
        where c.environment = of_environment and c.refers_to @> array[n.node] and c.refers_to <> '{}'
        union all
        select 'segment:' || s.key from segments s
        where s.environment = of_environment and s.refers_to @> array[n.node] and s.refers_to <> '{}'
      ) as user_of
    order by n.node, user_of.by
    limit max_problems
  ) as gone;
  if problems is not null then
    raise exception using errcode = 'BG003',
      message = format('%s is still used by %s', node_label(problems #>> '{0,node}'), node_label(problems #>> '{0,by}')),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
  end if;

  select jsonb_agg(to_jsonb(wrong) order by wrong.node, wrong.reference) into problems
  from (
    select n.node, 'unknown' as problem, named as reference
    from unnest(present) as n (node)
      cross join lateral references_of(of_environment, n.node) as named
    where not exists (
        select from flag_configurations c
        where named like 'flag:%' and c.environment = of_environment and c.flag_key = substr(named, 6)
      )
      and not exists (
        select from segments s
        where named like 'segment:%' and s.environment = of_environment and s.key = substr(named, 9)
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
    -- What a configuration serves is a variant of its own flag.
    select n.node, 'unknown_variant' as problem, n.node as reference, variant
    from unnest(present) as n (node)
      join flag_configurations c
      on n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
      join flags f on f.key = c.flag_key
      cross join lateral unnest(
        document_served_variants(c.rules, c.default_serve) || coalesce(array[c.off_variant], '{}')
      ) as variant
    where variant is not null and not f.variants ? variant
    union all
    -- What changed documents ask of other flags, and what others ask of changed flags.
    select user_of.node, 'unknown_variant', asked.node, asked.variant
    from (
        select 'flag:' || c.flag_key as node, array[c.rules, c.prerequisites] as documents
        from unnest(present) as n (node)
          join flag_configurations c
          on n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
        where c.refers_to <> '{}'
        union all
        select 'segment:' || s.key, array[s.condition]
        from unnest(present) as n (node)
          join segments s on n.node like 'segment:%' and s.environment = of_environment and s.key = substr(n.node, 9)
        where s.refers_to <> '{}'
        union all
        select 'flag:' || c.flag_key, array[c.rules, c.prerequisites]
        from unnest(present) as n (node)
          join flag_configurations c
          on n.node like 'flag:%' and c.environment = of_environment
            and c.refers_to @> array[n.node] and c.refers_to <> '{}'
        union all
        select 'segment:' || s.key, array[s.condition]
        from unnest(present) as n (node)
          join segments s
          on n.node like 'flag:%' and s.environment = of_environment
            and s.refers_to @> array[n.node] and s.refers_to <> '{}'
      ) as user_of
      cross join lateral document_variant_references(variadic user_of.documents) as asked
      join flags f on f.key = substr(asked.node, 6)
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
    array(select n.node from unnest(present) as n (node) where exists (select from references_of(of_environment, n.node)))
  );
  if cycle is not null then
    raise exception using errcode = 'BG002',
      message = format('cycle in environment "%s": %s', of_environment, (
        select string_agg(substr(step.node, position(':' in step.node) + 1), ' → ' order by step.position)
        from unnest(cycle) with ordinality as step (node, position)
      )),
      detail = jsonb_build_object('environment', of_environment, 'cycle', cycle);
  end if;
end
$$;
--> statement-breakpoint
create function outbox_checks_references() returns trigger
language plpgsql as $$
begin
  perform check_references(new.environment);
  return null;
end
$$;
--> statement-breakpoint
-- Every change reaches the outbox, so its row is where a transaction's end can be waited for, once.
create constraint trigger outbox_check_references after insert or update of fields on outbox
deferrable initially deferred for each row execute function outbox_checks_references();
