import type { RedisTier } from "../../../cache/redis/tier.ts";
import { bulkTag, environmentTag, flagTag, headTag } from "../../../delivery/publish/purge-targets.ts";
import type { FlagKind } from "../../../flags/document.ts";
import { errorFields } from "../../../ops/log.ts";
import { HttpError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import { EDGE_PATIENCE_MS } from "../publish-write.ts";
import { matchesGlob } from "./glob.ts";
import { redisFailureText } from "./redis-failure.ts";

/** The flags of an environment that a purge removes from the caches. */
export type PurgeTarget = { flags: string[] } | { kind: FlagKind } | { pattern: string } | { all: true };

export interface PurgeReport {
  dryRun: boolean;
  /** Keys of the flags that a tier held, sorted. */
  flags: string[];
  /** Number of flags that each tier held. `l2` is `null` if the worker runs without Redis. */
  deleted: { l1: number; l2: number | null };
  /** Whether the data centres were purged; `null` if no purge transport is configured. */
  edge: boolean | null;
}

export type PurgeServices = Pick<Services, "tiers" | "edgePurge" | "prefix" | "log">;

/**
 * Deletes cached copies, never flags: the next reader fetches them again. Heads stay, so a load that began before the
 * purge cannot fill a tier with what it read. Other isolates keep their memory until they see a change or their copies
 * expire. @throws HttpError 503 if Redis fails; the memory of this isolate is purged even then
 */
export async function purgeCache(
  services: PurgeServices,
  environment: string,
  target: PurgeTarget,
  options: { dryRun: boolean; waitUntil: (promise: Promise<unknown>) => void },
): Promise<PurgeReport> {
  const { tiers } = services;
  const isEverything = "all" in target;
  const l1 = targetsInL1(services, environment, target);
  if (!options.dryRun && isEverything) tiers.l1.clear(environment);
  else if (!options.dryRun) tiers.l1.invalidateMany(environment, l1);
  const l2 = tiers.l2 && (await orUnavailable(services, options.dryRun, targetsInL2(tiers.l2, environment, target)));
  const flags = [...new Set([...l1, ...(l2 ?? [])])].toSorted();
  const report = { dryRun: options.dryRun, flags, deleted: { l1: l1.length, l2: l2?.length ?? null } };
  if (options.dryRun) return { ...report, edge: null };
  const purged = isEverything ? tiers.clear(environment) : tiers.invalidateMany(environment, flags);
  await orUnavailable(services, options.dryRun, purged);
  // Data centres may hold responses about flags that neither tier holds any more.
  const edgeFlags = "flags" in target ? target.flags : flags;
  return { ...report, edge: await purgeEdge(services, environment, isEverything ? "*" : edgeFlags, options.waitUntil) };
}

function targetsInL1({ tiers }: PurgeServices, environment: string, target: PurgeTarget): string[] {
  const held = tiers.l1.environment(environment);
  return [...held.heldKeys()].filter((key) => isTarget(target, key, () => held.peek(key)?.value?.kind));
}

async function targetsInL2(l2: RedisTier, environment: string, target: PurgeTarget): Promise<string[]> {
  if (!("kind" in target)) return (await l2.keys(environment)).filter((key) => isTarget(target, key, () => undefined));
  const texts = await l2.texts(environment);
  return [...texts].flatMap(([key, text]) => (isTarget(target, key, () => kindOf(text)) ? [key] : []));
}

function isTarget(target: PurgeTarget, key: string, kind: () => unknown): boolean {
  if ("flags" in target) return target.flags.includes(key);
  if ("pattern" in target) return matchesGlob(target.pattern, key);
  return "all" in target || kind() === target.kind;
}

function kindOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind;
  } catch {
    return undefined;
  }
}

async function purgeEdge(
  { edgePurge, prefix, log }: PurgeServices,
  environment: string,
  flags: readonly string[] | "*",
  waitUntil: (promise: Promise<unknown>) => void,
): Promise<boolean | null> {
  if (edgePurge === undefined) return null;
  const tags =
    flags === "*"
      ? [environmentTag(prefix, environment)]
      : [
          headTag(prefix, environment),
          bulkTag(prefix, environment),
          ...flags.map((key) => flagTag(prefix, environment, key)),
        ];
  try {
    await edgePurge.purge(tags, waitUntil, EDGE_PATIENCE_MS);
    return true;
  } catch (error) {
    log.warn("purge_failed", { target: "edge", environment, ...errorFields(error) });
    return false;
  }
}

async function orUnavailable<T>({ log }: PurgeServices, isDryRun: boolean, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    log.warn("purge_failed", { target: "redis", ...errorFields(cause) });
    const advice = isDryRun ? "" : ", so only a part of the copies may be purged; send the purge again";
    throw new HttpError(503, redisFailureText(cause) + advice, {
      headers: { "retry-after": "1" },
      mayHaveHappened: !isDryRun,
      cause,
    });
  }
}
