-- References between documents. A node is "flag:<key>" or "segment:<key>". The JSON paths are strict, because ".**"
-- visits the elements of arrays twice in lax mode.

-- The nodes of every flag and segment that a document names, sorted.
create function named_nodes(document jsonb) returns text[]
language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct node), '{}')
  from (
    select 'segment:' || (found #>> '{}') as node
    from jsonb_path_query(document, 'strict $.**.segment ? (@.type() == "string")') as found
    union all
    select 'flag:' || (found #>> '{}')
    from jsonb_path_query(document, 'strict $.**.flag ? (@.type() == "string")') as found
  ) as named
$$;

-- Every variant of another flag that the documents name in conditions and prerequisites.
create function named_variants(variadic documents jsonb[]) returns table (node text, variant text)
language sql immutable parallel safe as $$
  select distinct 'flag:' || (found ->> 'flag'), named
  from unnest(documents) as document,
    jsonb_path_query(document, 'strict $.** ? (@.flag.type() == "string" && @.variants.type() == "array")') as found,
    jsonb_array_elements_text(found -> 'variants') as named
$$;

-- Updates document_references after documents have changed. It leaves the rows of a document alone if the document
-- still names the same nodes.
create function record_references(kind text, changes entity_change[]) returns void
language plpgsql set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  moved entity_change[] := array(
    select c from unnest(changes) as c
    where coalesce(jsonb_path_query_array(c.before, 'strict $.**.segment'), '[]')
        <> coalesce(jsonb_path_query_array(c.after, 'strict $.**.segment'), '[]')
      or coalesce(jsonb_path_query_array(c.before, 'strict $.**.flag'), '[]')
        <> coalesce(jsonb_path_query_array(c.after, 'strict $.**.flag'), '[]')
  );
begin
  delete from document_references r
  using unnest(moved) as c
  where r.environment = c.environment and r.node = kind || ':' || c.key;
  insert into document_references (environment, node, refers_to)
  select c.environment, kind || ':' || c.key, named
  from unnest(moved) as c cross join lateral unnest(named_nodes(c.after)) as named;
end
$$;

-- The given nodes and everything that they name, directly or through other nodes. The function is STABLE, so inside a
-- reading it sees the snapshot of that reading.
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

-- A node for people: `flag "checkout"`.
create function node_label(node text) returns text
language sql immutable as $$
  select format('%s "%s"', split_part(node, ':', 1), substr(node, position(':' in node) + 1))
$$;
