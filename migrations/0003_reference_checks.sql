-- References are checked once for each environment and transaction, at its end, so that a transaction may write
-- in any order. What is wrong is told in DETAIL as JSON. SQLSTATE: BG001 wrong references, BG002 a cycle,
-- BG003 deleted while in use, BG007 an evaluation that tests too much. Lateral subqueries with OFFSET or LIMIT make each lookup go through an index: a table
-- that was never analysed would otherwise be joined as if it were tiny.

-- The nodes and everything they name, transitively. STABLE: inside a reading it sees the reading's snapshot.
create function reachable_nodes(of_environment text, nodes text[]) returns setof text
language sql stable rows 20 set jit = off as $$
  with recursive reached (node) as (
    select unnest(nodes)
    union
    select r.refers_to
    from reached
      cross join lateral (
        select d.refers_to from document_references d
        where d.environment = of_environment and d.node = reached.node
        offset 0
      ) as r
  )
  select node from reached
$$;
--> statement-breakpoint
create function node_label(node text) returns text
language sql immutable as $$
  select format('%s "%s"', split_part(node, ':', 1), substr(node, position(':' in node) + 1))
$$;
--> statement-breakpoint
-- The nodes of a cycle that can be reached from `nodes`, first and last the same; null: there is none.
create function find_cycle(of_environment text, nodes text[]) returns text[]
language plpgsql stable set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  remaining text[];
  kept text[];
  path text[];
begin
  remaining := array(select reachable_nodes(of_environment, nodes));
  -- Takes away whatever names nothing that remains, layer by layer: only cycles and what leads to them stay.
  loop
    -- IN over a subquery is hashed; = ANY over a parameter would search the array for each row.
    select array_agg(distinct n.node) into kept
    from unnest(remaining) as n (node)
      cross join lateral (
        select d.refers_to from document_references d
        where d.environment = of_environment and d.node = n.node
        offset 0
      ) as r
    where r.refers_to in (select unnest(remaining));
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
      select min(r.refers_to) from document_references r
      where r.environment = of_environment and r.node = path[cardinality(path)] and r.refers_to in (select unnest(remaining))
    );
    if path[cardinality(path)] = any (path[:cardinality(path) - 1]) then
      return path[array_position(path, path[cardinality(path)]):];
    end if;
  end loop;
end
$$;
--> statement-breakpoint
-- How often a JSON text holds something that starts with the quote of a name: inside of strings quotes are escaped, so
-- nothing else matches. Far quicker than going through the document.
create function occurrences(document text, part text) returns bigint
language sql immutable parallel safe as $$
  select (length(document) - length(replace(document, part, ''))) / length(part)
$$;
--> statement-breakpoint
-- A document: how many conditions it tests itself, and how often it names which other nodes.
create type node_tests as (node text, own numeric, named text[], times numeric[]);
--> statement-breakpoint
-- The flags among `nodes`, and those that depend on them, whose evaluation may test more than `most` conditions: its
-- own and, each time they are named, those of segments and other flags. {"flag:<key>": tests}; null: none. There is no cycle.
create function find_excess(of_environment text, nodes text[], most bigint) returns jsonb
language plpgsql stable set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  affected text[];
  uncounted node_tests[];
  counted jsonb := '{}';
  layer jsonb;
begin
  affected := array(
    with recursive stale (node) as (
      select unnest(nodes)
      union
      select r.node
      from stale
        cross join lateral (
          select d.node from document_references d
          where d.environment = of_environment and d.refers_to = stale.node
          offset 0
        ) as r
    )
    select node from stale
  );
  -- Without references nothing multiplies, and what one document may hold stays below the limit.
  if not exists (
    select from unnest(affected) as a (node)
      cross join lateral (
        select from document_references d where d.environment = of_environment and d.node = a.node limit 1
      ) as r
  ) then
    return null;
  end if;
  uncounted := array(
    select row(
      n.node,
      occurrences(d.document, '"attribute": ') + occurrences(d.document, '"bucket": '),
      r.named,
      array(
        select occurrences(d.document, format('"%s": "%s"', split_part(named, ':', 1), substr(named, position(':' in named) + 1)))
        from unnest(r.named) with ordinality as u (named, position) order by u.position
      )
    )::node_tests
    from reachable_nodes(of_environment, affected) as n (node)
      cross join lateral (
        select c.rules::text || c.prerequisites::text as document from flag_configurations c
        where n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
        union all
        select s.condition::text from segments s
        where n.node like 'segment:%' and s.environment = of_environment and s.key = substr(n.node, 9)
        limit 1
      ) as d
      cross join lateral (
        select array(
          select x.refers_to from document_references x where x.environment = of_environment and x.node = n.node offset 0
        ) as named
      ) as r
  );
  -- Layer by layer: whatever names only what is counted. Numeric, because sums of sums have no bound.
  loop
    select jsonb_object_agg(n.node, n.own + coalesce((
      select sum((counted ->> u.named)::numeric * u.times) from unnest(n.named, n.times) as u (named, times)
    ), 0)) into layer
    from unnest(uncounted) as n
    where not exists (select from unnest(n.named) as named where not counted ? named);
    exit when layer is null;
    counted := counted || layer;
    uncounted := array(select n from unnest(uncounted) as n where not layer ? n.node);
  end loop;
  return (
    select jsonb_object_agg(a.node, (counted ->> a.node)::numeric)
    from unnest(affected) as a (node)
    where a.node like 'flag:%' and (counted ->> a.node)::numeric > most
  );
end
$$;
--> statement-breakpoint
create function check_references(of_environment text) returns void
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  max_problems constant int := 20;
  max_tests constant int := 100000; -- LIMITS.testsPerEvaluation
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
      message = format('%s is still used by %s', node_label(problems #>> '{0,node}'), node_label(problems #>> '{0,by}')),
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
    -- What a configuration serves is a variant of its own flag.
    select n.node, 'unknown_variant' as problem, n.node as reference, variant
    from unnest(present) as n (node)
      cross join lateral (
        select f.variants,
          jsonb_build_array(c.rules, c.default_serve, jsonb_build_object('variant', c.off_variant)) as serves
        from flag_configurations c
          join flags f on f.key = c.flag_key
        where n.node like 'flag:%' and c.environment = of_environment and c.flag_key = substr(n.node, 6)
        limit 1
      ) as f
      cross join lateral jsonb_array_elements_text(
        jsonb_path_query_array(f.serves, 'strict $.**.variant')
          || jsonb_path_query_array(f.serves, 'strict $.**.weights[*][0]')
      ) as variant
    where variant is not null and not f.variants ? variant
    union all
    -- What changed documents ask of other flags, and what others ask of changed flags.
    select user_of.node, 'unknown_variant', asked.node, asked.variant
    from (
        select n.node from unnest(present) as n (node)
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
      message = format('one evaluation of %s would make %s tests, segments and other flags included; at most %s are accepted',
        node_label(problems #>> '{0,node}'), problems #>> '{0,tests}', max_tests),
      detail = jsonb_build_object('environment', of_environment, 'problems', problems);
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
