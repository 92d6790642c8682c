-- One changed row: its environment (null for a flag's definition or an admin token), its key, and its images before
-- and after the change. `before` is null for a new row, `after` for a deleted one.
create type entity_change as (environment text, key text, before jsonb, after jsonb);

-- One document: the number of conditions that it tests itself, the nodes that it names, and how many times it names
-- each of them.
create type node_tests as (node text, own numeric, named text[], times numeric[]);
