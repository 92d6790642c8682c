/**
 * Statements that create or replace any number of rows, which they take as one JSON parameter. They leave unchanged
 * rows alone.
 */
import { sql, type SQL } from "drizzle-orm";
import type { DefinitionWrite, FlagWrite, SegmentWrite } from "../inputs.ts";

export function upsertDefinitions(inputs: readonly DefinitionWrite[]): SQL {
  const rows = inputs.map(({ definition, description, tags, owner, ...given }) => {
    const { key, kind, type, variants, clientVisible, metadata } = definition;
    const { fallback, jsonSchema, expiresAt } = given;
    // Only a temporary flag has an expiry.
    const lifetime = given.lifetime === undefined && typeof expiresAt === "string" ? "temporary" : given.lifetime;
    const isGiven = {
      ownerGiven: owner !== undefined,
      fallbackGiven: fallback !== undefined,
      jsonSchemaGiven: jsonSchema !== undefined,
      lifetimeGiven: lifetime !== undefined,
      expiresAtGiven: expiresAt !== undefined,
    };
    const notes = { description, tags, owner, fallback, jsonSchema, lifetime, expiresAt };
    return { key, kind, type, variants, clientVisible, metadata, ...notes, ...isGiven };
  });
  return sql`
    insert into flags as f (key, kind, type, variants, client_visible, metadata, description, tags, owner, fallback,
      json_schema, lifetime, expires_at)
    select i.key, i.kind, i.type, i.variants, i."clientVisible", i.metadata,
      coalesce(i.description, known.description, ''), coalesce(i.tags, known.tags, '{}'),
      case when i."ownerGiven" then i.owner else known.owner end,
      -- A value of another type would be wrong in code.
      case when i."fallbackGiven" then i.fallback when known.type = i.type then known.fallback end,
      case when i."jsonSchemaGiven" then i."jsonSchema"
        when known.type = i.type and i.type in ('object', 'json') then known.json_schema end,
      new.lifetime,
      case when new.lifetime = 'temporary' then
        case when i."expiresAtGiven" then i."expiresAt" else known.expires_at end
      end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i (key text, kind text, type text, variants jsonb,
        "clientVisible" boolean, metadata jsonb, description text, tags text[], owner text, "ownerGiven" boolean,
        fallback jsonb, "fallbackGiven" boolean, "jsonSchema" jsonb, "jsonSchemaGiven" boolean,
        lifetime text, "lifetimeGiven" boolean,
        "expiresAt" timestamptz, "expiresAtGiven" boolean)
      left join flags known on known.key = i.key
      cross join lateral (
        select case when i."lifetimeGiven" then i.lifetime else known.lifetime end as lifetime
      ) as new
    on conflict (key) do update set kind = excluded.kind, type = excluded.type, variants = excluded.variants,
      client_visible = excluded.client_visible, metadata = excluded.metadata, description = excluded.description,
      tags = excluded.tags, owner = excluded.owner, fallback = excluded.fallback, json_schema = excluded.json_schema,
      lifetime = excluded.lifetime,
      expires_at = excluded.expires_at
    where (f.kind, f.type, f.variants, f.client_visible, f.metadata, f.description, f.tags, f.owner, f.fallback,
        f.json_schema, f.lifetime, f.expires_at)
      is distinct from (excluded.kind, excluded.type, excluded.variants, excluded.client_visible, excluded.metadata,
        excluded.description, excluded.tags, excluded.owner, excluded.fallback, excluded.json_schema, excluded.lifetime,
        excluded.expires_at)`;
}

export function upsertConfigurations(environment: string, inputs: readonly FlagWrite[]): SQL {
  const rows = inputs.map(({ definition, configuration }) => {
    const { enabled, rules, default: defaultServe, offVariant, prerequisites } = configuration;
    return { key: definition.key, enabled, rules, defaultServe, offVariant, prerequisites };
  });
  return sql`
    insert into flag_configurations as c
      (environment, flag_key, enabled, rules, default_serve, off_variant, prerequisites)
    select ${environment}, i.key, i.enabled, i.rules, i."defaultServe", i."offVariant", i.prerequisites
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i (key text, enabled boolean, rules jsonb,
      "defaultServe" jsonb, "offVariant" text, prerequisites jsonb)
    on conflict (environment, flag_key) do update set enabled = excluded.enabled, rules = excluded.rules,
      default_serve = excluded.default_serve, off_variant = excluded.off_variant,
      prerequisites = excluded.prerequisites
    where (c.enabled, c.rules, c.default_serve, c.off_variant, c.prerequisites)
      is distinct from (excluded.enabled, excluded.rules, excluded.default_serve, excluded.off_variant,
        excluded.prerequisites)`;
}

export function upsertSegments(environment: string, inputs: readonly SegmentWrite[]): SQL {
  const rows = inputs.map(({ key, name, description, condition }) => ({ key, name, description, condition }));
  return sql`
    insert into segments as s (environment, key, name, description, condition)
    select ${environment}, i.key, coalesce(i.name, known.name, i.key),
      coalesce(i.description, known.description, ''), i.condition
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i (key text, name text, description text, condition jsonb)
      left join segments known on known.environment = ${environment} and known.key = i.key
    on conflict (environment, key) do update set name = excluded.name, description = excluded.description,
      condition = excluded.condition
    where (s.name, s.description, s.condition) is distinct from (excluded.name, excluded.description, excluded.condition)`;
}
