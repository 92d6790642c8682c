-- What a JSON document of a configuration or a segment names. These functions feed generated columns and
-- checks, so they use nothing but built-in functions: a dump restores whatever the search path is.
-- Strict jsonpath: in lax mode ".**" visits the elements of arrays twice.

-- "flag:<key>" and "segment:<key>" of every flag and segment that the documents name.
create function document_references(variadic documents jsonb[]) returns text[]
language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct node), '{}')
  from (
    select 'segment:' || (found #>> '{}') as node
    from unnest(documents) as document,
      jsonb_path_query(document, 'strict $.**.segment ? (@.type() == "string")') as found
    union all
    select 'flag:' || (found #>> '{}')
    from unnest(documents) as document,
      jsonb_path_query(document, 'strict $.**.flag ? (@.type() == "string")') as found
  ) as named
$$;
--> statement-breakpoint
-- Every variant of another flag that the documents name (conditions and prerequisites).
create function document_variant_references(variadic documents jsonb[]) returns table (node text, variant text)
language sql immutable parallel safe as $$
  select distinct 'flag:' || (found ->> 'flag'), named
  from unnest(documents) as document,
    jsonb_path_query(document, 'strict $.** ? (@.flag.type() == "string" && @.variants.type() == "array")') as found,
    jsonb_array_elements_text(found -> 'variants') as named
$$;
--> statement-breakpoint
-- Every variant of its own flag that a configuration's documents serve.
create function document_served_variants(variadic documents jsonb[]) returns text[]
language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct found #>> '{}'), '{}')
  from unnest(documents) as document,
    lateral (
      select jsonb_path_query(document, 'strict $.**.variant ? (@.type() == "string")') as found
      union all
      select jsonb_path_query(document, 'strict $.**.weights[*][0] ? (@.type() == "string")')
    ) as named
$$;
