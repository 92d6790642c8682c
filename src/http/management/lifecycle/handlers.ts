import { isExpired, stateOf } from "../../../flags/lifecycle/flag-state.ts";
import { getDefinition } from "../../../store/lists/flags.ts";
import type { Services } from "../../services.ts";
import type { ManagementContext } from "../context.ts";
import { requireFound, requireKey } from "../require.ts";
import { readUse } from "./warnings.ts";

export async function showLifecycle(
  { database, clock }: Pick<Services, "database" | "clock">,
  c: ManagementContext,
  { query: { environment } }: { query: { environment?: string | undefined } },
): Promise<Response> {
  const [key, db, now] = [requireKey(c, "flag"), await database(), clock.now()];
  const record = requireFound(await getDefinition(db, key), "flag", key);
  const { facts, references, warnings } = await readUse(db, key, now, environment);
  const { createdAt, lifetime, expiresAt, archivedAt } = record;
  const flag = { kind: record.definition.kind, createdAt, lifetime, archivedAt };
  return c.json({
    key,
    state: stateOf({ ...flag, environments: facts }, now),
    isExpired: isExpired(record, now),
    ...(lifetime === null ? {} : { lifetime }),
    ...(expiresAt === null ? {} : { expiresAt }),
    environments: facts.map((one) => ({
      environment: one.environment,
      state: stateOf({ ...flag, environments: [one] }, now),
      lastUsedAt: one.usedAt,
      lastRequestedAt: one.requestedAt,
      countedSince: one.countedSince,
    })),
    references,
    warnings,
  });
}
