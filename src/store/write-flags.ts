import { sql, type SQL } from "drizzle-orm";
import type { FlagConfiguration, FlagDefinition } from "../flags/document.ts";
import type { StoreDatabase } from "./client.ts";
import { beginWrite, writeEnvironment, type DocumentGuard, type WriteResult } from "./statements.ts";

/** What people read about a flag. Left out: stays as it is. */
export interface FlagNotes {
  description?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | null | undefined;
}

export interface FlagInput extends FlagNotes {
  definition: FlagDefinition;
  configuration: FlagConfiguration;
}

/** Creates or replaces the definition and one environment's configuration. Writing what is there already makes no version. */
export async function saveFlag(
  db: StoreDatabase,
  environment: string,
  flag: FlagInput,
  options: DocumentGuard,
): Promise<WriteResult> {
  const guard = beginWrite(environment, { kind: "flag", key: flag.definition.key }, options);
  return await writeEnvironment(db, environment, guard, [
    db.execute(upsertDefinitions([flag])),
    db.execute(upsertConfigurations(environment, [flag])),
  ]);
}

export function upsertDefinitions(flags: readonly (FlagNotes & { definition: FlagDefinition })[]): SQL {
  const rows = flags.map(({ definition, description, tags, owner }) => ({
    ...definition,
    description,
    tags,
    owner,
    ownerGiven: owner !== undefined,
  }));
  return sql`
    insert into flags as f (key, kind, type, variants, client_visible, metadata, description, tags, owner)
    select i.key, i.kind, i.type, i.variants, i."clientVisible", i.metadata,
      coalesce(i.description, known.description, ''), coalesce(i.tags, known.tags, '{}'),
      case when i."ownerGiven" then i.owner else known.owner end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i (key text, kind text, type text, variants jsonb,
        "clientVisible" boolean, metadata jsonb, description text, tags text[], owner text, "ownerGiven" boolean)
      left join flags known on known.key = i.key
    on conflict (key) do update set kind = excluded.kind, type = excluded.type, variants = excluded.variants,
      client_visible = excluded.client_visible, metadata = excluded.metadata, description = excluded.description,
      tags = excluded.tags, owner = excluded.owner
    where (f.kind, f.type, f.variants, f.client_visible, f.metadata, f.description, f.tags, f.owner)
      is distinct from (excluded.kind, excluded.type, excluded.variants, excluded.client_visible, excluded.metadata,
        excluded.description, excluded.tags, excluded.owner)`;
}

export function upsertConfigurations(environment: string, flags: readonly FlagInput[]): SQL {
  const rows = flags.map(({ definition, configuration }) => ({ ...configuration, key: definition.key }));
  return sql`
    insert into flag_configurations as c
      (environment, flag_key, enabled, rules, default_serve, off_variant, prerequisites)
    select ${environment}, i.key, i.enabled, i.rules, i."default", i."offVariant", i.prerequisites
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i (key text, enabled boolean, rules jsonb,
      "default" jsonb, "offVariant" text, prerequisites jsonb)
    on conflict (environment, flag_key) do update set enabled = excluded.enabled, rules = excluded.rules,
      default_serve = excluded.default_serve, off_variant = excluded.off_variant, prerequisites = excluded.prerequisites
    where (c.enabled, c.rules, c.default_serve, c.off_variant, c.prerequisites)
      is distinct from (excluded.enabled, excluded.rules, excluded.default_serve, excluded.off_variant, excluded.prerequisites)`;
}
