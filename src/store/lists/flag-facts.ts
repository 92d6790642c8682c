import { sql } from "drizzle-orm";
import type { EnvironmentFacts } from "../../flags/lifecycle/flag-state.ts";
import type { StoreDatabase } from "../client.ts";
import { PAUSE } from "../usage/add-usage.ts";
import { isoInstant, readJson } from "../writes/transaction.ts";

/**
 * Returns what the state of each flag depends on, in every environment that has it, or in one of them. Conditions can
 * be long, so a rule only says whether it has one. Counts that were not swept yet are left out.
 *
 * @param now ms since epoch
 */
export async function readFacts(
  db: StoreDatabase,
  keys: readonly string[],
  now: number,
  environment?: string,
): Promise<Map<string, EnvironmentFacts[]>> {
  if (keys.length === 0) return new Map();
  const rows = await readJson<[key: string, facts: EnvironmentFacts[]]>(
    db,
    sql`select json_build_array(c.flag_key, json_agg(json_build_object(
        'environment', c.environment,
        'configuration', json_build_object('enabled', c.enabled, 'offVariant', c.off_variant,
          'default', c.default_serve, 'prerequisites', c.prerequisites, 'rules', (
            select coalesce(jsonb_agg(rule - '{when,description}'::text[]
              || case when rule ? 'when' then '{"when":true}'::jsonb else '{}' end order by position), '[]')
            from jsonb_array_elements(c.rules) with ordinality as r (rule, position)
          )),
        'changedAt', ${isoInstant(sql`greatest(f.updated_at, c.updated_at)`)},
        'usedAt', ${isoInstant(sql`u.used_at`)}, 'requestedAt', ${isoInstant(sql`u.requested_at`)},
        'countedSince', case when is_counting then ${isoInstant(sql`s.counted_since`)} end,
        'isNeeded', exists (
          select from document_references d
          where d.environment = c.environment and d.refers_to = 'flag:' || c.flag_key
        )) order by c.environment)) as result
      from flag_configurations c
        join flags f on f.key = c.flag_key
        left join usage_scopes s on s.environment = c.environment
        cross join (
          select max(h.hour) > ${new Date(now).toISOString()}::timestamptz - ${PAUSE}::interval as is_counting
          from usage_hours h
        ) as newest
        left join flag_usage u on u.scope = s.id and u.flag_key = c.flag_key
      where c.flag_key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))
        and ${environment === undefined ? sql`true` : sql`c.environment = ${environment}`}
      group by c.flag_key`,
  );
  return new Map(rows);
}
