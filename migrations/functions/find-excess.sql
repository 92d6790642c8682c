-- Counts a member such as `"flag": "checkout"` in the text of a JSON document. `part` starts with an unescaped quote,
-- which does not occur inside a JSON string, so no value matches by accident. This is far quicker than walking the
-- document.
create function occurrences(document text, part text) returns bigint
language sql immutable parallel safe as $$
  select (length(document) - length(replace(document, part, ''))) / length(part)
$$;

-- The flags whose evaluation may test more than `most` conditions, among `nodes` and the flags that depend on them, as
-- {"flag:<key>": tests}; null if there are none. A flag tests its own conditions and, each time that it names a segment
-- or another flag, theirs. The references must not contain a cycle.
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
  -- Without references, no count is multiplied, and the limits of one document keep it below `most`.
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
        select occurrences(d.document, format('"%s": "%s"',
          split_part(named, ':', 1), substr(named, position(':' in named) + 1)))
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
          select x.refers_to from document_references x
          where x.environment = of_environment and x.node = n.node
          offset 0
        ) as named
      ) as r
  );
  -- Counts the nodes layer by layer, each after the nodes that it names. The counts are numeric because sums of sums
  -- have no bound.
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
