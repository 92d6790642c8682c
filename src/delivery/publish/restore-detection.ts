import { errorFields, type Log } from "../../ops/log.ts";
import type { Outbox } from "../../store/outbox.ts";
import type { Publication, Publisher } from "./publisher.ts";

/** No environment gets this far; a head beyond it is damage, and following it would use the versions up. */
const MAX_VERSION = 1e12;
/**
 * How far above the newest head the versions go on: more than an isolate may have read past a Redis that was out of
 * reach.
 */
const STEP = 1000;

/**
 * Finds out whether the database went back to an earlier state, by a backup or by a failover that lost commits, and
 * raises its versions above all that caches have seen. A head is only ever published after its commit, and `versions`
 * were read before the heads: where a head is above, the store reads its own version once more, and only one that is
 * lower now, after the head was seen, proves it. True: something was raised, what is pending has changed.
 */
export async function raiseRestored(
  versions: ReadonlyMap<string, number>,
  heads: ReadonlyMap<string, number>,
  outbox: Pick<Outbox, "raiseVersions">,
  log: Log,
): Promise<boolean> {
  try {
    const ahead = new Map<string, number>();
    for (const [environment, head] of heads) {
      if (head > (versions.get(environment) ?? 0) && head <= MAX_VERSION) ahead.set(environment, head);
    }
    if (ahead.size === 0) return false;
    const raised = await outbox.raiseVersions(ahead, STEP);
    for (const { environment, from, to } of raised) {
      log.warn("restore_detected", { environment, head: ahead.get(environment) ?? 0, from, to });
    }
    return raised.length > 0;
  } catch (error) {
    log.warn("restore_check_failed", errorFields(error));
    return false;
  }
}

/**
 * After a publish that met a later head. A sweep compares versions, and as many writes as a restore has lost would
 * bring them level before it comes: the first of them finds it out, and publishes everything as changed. Never throws.
 */
export async function checkAhead(
  { environment, head }: { environment: string; head: number },
  openOutbox: () => Promise<Outbox>,
  publish: (written: Publication) => Promise<unknown>,
  log: Log,
): Promise<void> {
  try {
    const outbox = await openOutbox();
    if (!(await raiseRestored(new Map(), new Map([[environment, head]]), outbox, log))) return;
    const written = (await outbox.readUnconfirmed()).pending.get(environment);
    if (written !== undefined) await publish(written);
  } catch (error) {
    log.warn("restore_check_failed", errorFields(error));
  }
}

/** Versions that L2 has seen; none when it cannot say. */
export async function readHeads(
  versions: ReadonlyMap<string, number>,
  publisher: Publisher,
  log: Log,
): Promise<ReadonlyMap<string, number>> {
  try {
    return await publisher.headVersions(versions.keys());
  } catch (error) {
    log.warn("restore_check_failed", errorFields(error));
    return new Map();
  }
}

/**
 * Where a head is below what L2 was confirmed to have taken, L2 itself went back: it failed over and lost writes, or
 * was emptied while a reader held what it had read before the change, and then had no fence against it. What it holds
 * may be old, so everything is published as changed.
 */
export function lostByRedis(
  versions: ReadonlyMap<string, number>,
  heads: ReadonlyMap<string, number>,
  pending: ReadonlyMap<string, Publication>,
  log: Log,
): Map<string, Publication> {
  const lost = new Map<string, Publication>();
  for (const [environment, head] of heads) {
    const version = versions.get(environment) ?? 0;
    if (head >= version || pending.has(environment)) continue;
    log.warn("redis_went_back", { environment, head, version });
    lost.set(environment, { version, pending: [[version, "*"]] });
  }
  return lost;
}
