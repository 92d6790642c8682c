import { and, eq, inArray } from "drizzle-orm";
import type { StoreDatabase } from "../../src/store/client.ts";
import type { LastEvaluated } from "../../src/store/usage/last-evaluated.ts";
import { flagUsage, usageScopes } from "../../src/store/usage/usage-tables.ts";
import { readRows } from "../../src/store/writes/transaction.ts";

/**
 * Returns when flags were last evaluated in an environment, by their keys. Flags that never were are left out.
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
