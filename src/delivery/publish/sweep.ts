import { errorFields, type Log } from "../../ops/log.ts";
import type { Outbox, PurgeTargets } from "../../store/outbox.ts";
import type { Published, Publisher } from "./publisher.ts";
import { lostByRedis, raiseRestored, readHeads } from "./restore-detection.ts";

/** The number of environments that one sweep published, and of those that failed. */
export interface Swept {
  environments: number;
  failed: number;
  /** Whether webhooks may have events to send. */
  hasWebhooks: boolean;
}

/**
 * Publishes every change that one of this worker's targets has not accepted yet: changes of a worker that died or has
 * other targets, edits in SQL, and all flags of an environment whose database or Redis went back. Confirms each change
 * for the targets that accepted it, and for no other: another worker's zone is purged by that worker's sweep. A target
 * that refused stays for the next sweep.
 */
export async function sweepOutbox(
  outbox: Outbox,
  publisher: Publisher,
  waitUntil: (promise: Promise<unknown>) => void,
  log: Log,
): Promise<Swept> {
  const swept = { environments: 0, failed: 0, hasWebhooks: false };
  const before = await outbox.readUnconfirmed();
  const heads = await readHeads(before.versions, publisher, log);
  const isRaised = await raiseRestored(before.versions, heads, outbox, log);
  const { pending } = isRaised ? await outbox.readUnconfirmed() : before;
  for (const [environment, written] of [...pending, ...lostByRedis({ ...before, pending }, heads, log)]) {
    const published = await publisher.publish(environment, written, waitUntil);
    const accepted = acceptedBy(published, outbox.targets);
    // A worker without targets confirms for none. If the database has no targets at all, this marks its rows as done.
    const isRefused = published.redis === false || published.edge === false;
    if (accepted.length > 0 || !isRefused) await outbox.confirm(environment, written.version, accepted);
    if (isRefused) swept.failed++;
    else swept.environments++;
  }
  const pruned = await outbox
    .pruneOutbox()
    .catch((error: unknown) => log.warn("outbox_prune_failed", errorFields(error)));
  return { ...swept, hasWebhooks: pruned?.hasWebhooks ?? false };
}

function acceptedBy(published: Published, targets: PurgeTargets): string[] {
  return (["redis", "edge"] as const).flatMap((kind) => {
    const id = targets[kind];
    return id !== undefined && published[kind] === true ? [id] : [];
  });
}
