-- What a JSON document of a configuration or a segment names. Strict jsonpath: in lax mode ".**" visits the elements of arrays twice.

-- "flag:<key>" and "segment:<key>" of every flag and segment that the document names, sorted.
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
--> statement-breakpoint
-- Every variant of another flag that the documents name (conditions and prerequisites).
create function named_variants(variadic documents jsonb[]) returns table (node text, variant text)
language sql immutable parallel safe as $$
  select distinct 'flag:' || (found ->> 'flag'), named
  from unnest(documents) as document,
    jsonb_path_query(document, 'strict $.** ? (@.flag.type() == "string" && @.variants.type() == "array")') as found,
    jsonb_array_elements_text(found -> 'variants') as named
$$;
