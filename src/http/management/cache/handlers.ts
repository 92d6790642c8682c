import { cfOf } from "../../../ops/runtime.ts";
import { listChanges } from "../../../store/lists/changes.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { unknownEnvironment } from "../require.ts";
import { instantOf } from "../shape.ts";
import { purgeCache, type PurgeServices, type PurgeTarget } from "./purge.ts";
import { cacheStats, type StatsServices } from "./stats.ts";

/** How many changes the propagation report lists. */
export const LAST_CHANGES = 50;

export async function postPurge(
  services: PurgeServices & Pick<Services, "source">,
  c: ManagementContext,
  { query, body: target }: { query: { dryRun: boolean }; body: PurgeTarget },
): Promise<Response> {
  const environment = environmentOf(c);
  await requireEnvironment(services, c, environment);
  return c.json(await purgeCache(services, environment, target, { ...query, waitUntil: waitUntilOf(c) }));
}

export async function postWarm(
  { source, tiers }: Pick<Services, "source" | "tiers">,
  c: ManagementContext,
): Promise<Response> {
  const environment = environmentOf(c);
  const fills: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>): void => {
    fills.push(promise);
    c.executionCtx.waitUntil(promise);
  };
  const loaded = await source.all({ environment, scope: { waitUntil, noCache: true } });
  if (loaded === undefined) throw unknownEnvironment(environment);
  await Promise.allSettled(fills);
  const l2 = await tiers.l2?.keys(environment).catch(() => undefined);
  const l1 = [...tiers.l1.environment(environment).heldKeys()].length;
  c.header("x-flags-version", String(loaded.version));
  return c.json({ version: loaded.version, flags: loaded.value.all.length, l1, l2: l2?.length ?? null });
}

export async function showStats(
  services: StatsServices & Pick<Services, "source" | "isolateId">,
  c: ManagementContext,
): Promise<Response> {
  const environment = environmentOf(c);
  await requireEnvironment(services, c, environment);
  const colo = cfOf(c.req.raw)["colo"];
  const dataCentre = typeof colo === "string" ? colo : null;
  return c.json(await cacheStats(services, environment, { isolate: services.isolateId(), dataCentre }));
}

export async function showPropagation(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
): Promise<Response> {
  const environment = environmentOf(c);
  const { now, items } = await listChanges(await database(), environment, LAST_CHANGES);
  // Creating an environment is its first change, and the newest changes are never pruned.
  if (items.length === 0) throw unknownEnvironment(environment);
  return c.json({
    now: instantOf(now),
    items: items.map(({ changedAt, confirmedAt, ...change }) => ({
      ...change,
      changedAt: instantOf(changedAt),
      confirmedAt: confirmedAt === null ? null : instantOf(confirmedAt),
    })),
  });
}

/** Looks the environment up unless this isolate already knows it. @throws HttpError 404 */
async function requireEnvironment(
  { source, tiers }: Pick<Services, "source" | "tiers">,
  c: ManagementContext,
  environment: string,
): Promise<void> {
  if (tiers.l1.environment(environment).version > 0) return;
  const found = await source.flag({ environment, scope: { waitUntil: waitUntilOf(c) } }, "-");
  if (found === undefined) throw unknownEnvironment(environment);
}
