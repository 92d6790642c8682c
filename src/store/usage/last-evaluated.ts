import { and, eq, inArray } from "drizzle-orm";
import type { StoreDatabase } from "../client.ts";
import { readRows } from "../writes/transaction.ts";
import { flagUsage, usageScopes } from "./usage-tables.ts";

/** When a flag was last evaluated in one environment, as ISO 8601. Counts that were not swept yet are left out. */
export interface LastEvaluated {
  /** By itself, through a service binding, or in a server's process. */
  usedAt: string | null;
  /** As one of all flags, which does not tell whether anybody looked at its value. */
  requestedAt: string | null;
}

/**
 * Returns when flags were last evaluated in an environment, by their keys. Flags that never were are left out.
 * Exported for the tests: the lists of flags join the table.
 */
export async function readLastEvaluated(
  db: StoreDatabase,
  environment: string,
  flagKeys?: readonly string[],
): Promise<Map<string, LastEvaluated>> {
  const { flagKey, usedAt, requestedAt } = flagUsage;
  const rows = await readRows(
    db
      .select({ flagKey, usedAt, requestedAt })
      .from(flagUsage)
      .innerJoin(usageScopes, eq(usageScopes.id, flagUsage.scope))
      .where(
        and(
          eq(usageScopes.environment, environment),
          flagKeys === undefined ? undefined : inArray(flagUsage.flagKey, [...flagKeys]),
        ),
      ),
  );
  return new Map(rows.map(({ flagKey, ...last }) => [flagKey, last]));
}
