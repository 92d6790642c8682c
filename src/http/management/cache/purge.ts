import type { RedisTier } from "../../../cache/redis/tier.ts";
import { bulkTag, environmentTag, flagTag, headTag } from "../../../delivery/publish/purge-targets.ts";
import type { FlagKind } from "../../../flags/document.ts";
import { errorFields } from "../../../ops/log.ts";
import type { Services } from "../../services.ts";
import { HttpError } from "../../errors.ts";
import { matchesGlob } from "./glob.ts";
import { EDGE_PATIENCE_MS } from "../written.ts";

/** What to purge of one environment. */
export type PurgeTarget = { flags: string[] } | { kind: FlagKind } | { pattern: string } | { all: true };

export interface PurgeReport {
  dryRun: boolean;
  /** Flag keys that were held somewhere, sorted. */
  flags: string[];
  /** How many of them each tier held. `l2` null: the worker runs without Redis. */
  deleted: { l1: number; l2: number | null };
  /** Whether the data centres' copies were purged; null: nothing is kept there. */
  edge: boolean | null;
}

/**
 * Deletes copies, never flags: the next reader fetches them again. Heads stay, so that nothing read before can be
 * filled in afterwards. Other isolates keep their own memory until they see a change or their copies expire.
 *
 * @throws HttpError 503 when Redis cannot be reached; this isolate's memory is purged then
 */
export async function purgeCache(
  services: Services,
  environment: string,
  target: PurgeTarget,
  options: { dryRun: boolean; waitUntil: (promise: Promise<unknown>) => void },
): Promise<PurgeReport> {
  const { tiers } = services;
  const isEverything = "all" in target;
  const l1 = heldInL1(services, environment, target);
  if (!options.dryRun && isEverything) tiers.l1.clear(environment);
  else if (!options.dryRun) tiers.l1.invalidateMany(environment, l1);
  const l2 = tiers.l2 && (await orUnavailable(services, heldInL2(tiers.l2, environment, target)));
  const flags = [...new Set([...l1, ...(l2 ?? [])])].toSorted();
  const report = { dryRun: options.dryRun, flags, deleted: { l1: l1.length, l2: l2?.length ?? null } };
  if (options.dryRun) return { ...report, edge: null };
  await orUnavailable(services, isEverything ? tiers.clear(environment) : tiers.invalidateMany(environment, flags));
  // Data centres may hold answers about flags that no tier here holds any more.
  const named = "flags" in target ? target.flags : flags;
  return { ...report, edge: await purgeEdge(services, environment, isEverything ? "*" : named, options.waitUntil) };
}

function heldInL1({ tiers }: Services, environment: string, target: PurgeTarget): string[] {
  const held = tiers.l1.environment(environment);
  return [...held.heldKeys()].filter((key) => isMeant(target, key, () => held.peek(key)?.value?.document.kind));
}

async function heldInL2(l2: RedisTier, environment: string, target: PurgeTarget): Promise<string[]> {
  if (!("kind" in target)) return (await l2.keys(environment)).filter((key) => isMeant(target, key, () => undefined));
  const texts = await l2.texts(environment);
  return [...texts].flatMap(([key, text]) => (isMeant(target, key, () => kindOf(text)) ? [key] : []));
}

function isMeant(target: PurgeTarget, key: string, kind: () => unknown): boolean {
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
  { edgePurge, prefix, log }: Services,
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

async function orUnavailable<T>({ log }: Services, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    log.warn("purge_failed", { target: "redis", ...errorFields(error) });
    throw new HttpError(503, "Redis cannot be reached", { headers: { "retry-after": "1" }, cause: error });
  }
}
