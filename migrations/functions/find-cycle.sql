-- The nodes of one cycle that can be reached from `nodes`, the first repeated at the end; null if there is no cycle.
create function find_cycle(of_environment text, nodes text[]) returns text[]
language plpgsql stable set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  remaining text[];
  kept text[];
  path text[];
begin
  remaining := array(select reachable_nodes(of_environment, nodes));
  -- Removes, layer by layer, the nodes that name no remaining node. Cycles and the nodes that lead to them stay.
  loop
    -- Postgres hashes IN over a subquery, but would search the array of = ANY for every row.
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
  -- Every remaining node names a remaining node, so a walk from any of them reaches a node that it has visited.
  path := array[(select min(node) from unnest(remaining) as node)];
  loop
    path := path || (
      select min(r.refers_to) from document_references r
      where r.environment = of_environment and r.node = path[cardinality(path)]
        and r.refers_to in (select unnest(remaining))
    );
    if path[cardinality(path)] = any (path[:cardinality(path) - 1]) then
      return path[array_position(path, path[cardinality(path)]):];
    end if;
  end loop;
end
$$;
