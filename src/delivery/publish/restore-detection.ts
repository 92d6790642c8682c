import { errorFields, type Log } from "../../ops/log.ts";
import type { Outbox, Unconfirmed } from "../../store/outbox.ts";
import type { Publication, Publisher } from "./publisher.ts";

/** No environment gets this far. A higher head is damaged, and following it would use up the versions. */
const MAX_VERSION = 1e12;
/**
 * Raised versions go on this far above the newest head. An isolate may have read later versions from the store while
 * Redis was out of reach, but not as many as this.
 */
const STEP = 1000;

/**
 * Finds out whether the database went back to an earlier state, by a restored backup or by a failover that lost
 * commits, and raises its versions above all that the caches have seen.
 *
 * A head is published only after its commit, and `versions` were read before the heads. So a head above its version
 * proves nothing yet: the store reads its own version again, and only a version that is still lower proves a restore.
 *
 * Returns true if a version was raised. The list of pending changes has then changed.
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
 * Checks for a restore after a publish that met a later head. A sweep alone would not be enough: it compares versions,
 * and after as many writes as the restore has lost they are level again. So the first of these writes finds the
 * restore, and publishes everything as changed. Never throws.
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

/** Returns the versions that L2 has seen; an empty map if it cannot be read. */
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
 * Returns the environments whose head is below the version that L2 had confirmed. In these L2 itself went back: it
 * failed over and lost writes, or it was emptied while a reader held an older reading, and then had no fence against
 * its fill. L2 may hold old flags there, so everything is published as changed.
 */
export function lostByRedis(
  { versions, tags, pending }: Unconfirmed,
  heads: ReadonlyMap<string, number>,
  log: Log,
): Map<string, Publication> {
  const lost = new Map<string, Publication>();
  for (const [environment, head] of heads) {
    const version = versions.get(environment) ?? 0;
    if (head >= version || pending.has(environment)) continue;
    log.warn("redis_went_back", { environment, head, version });
    lost.set(environment, { version, tag: tags.get(environment), pending: [[version, "*"]] });
  }
  return lost;
}
