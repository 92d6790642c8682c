import { errorFields, type Log } from "../../ops/log.ts";
import type { Outbox } from "../../store/outbox.ts";
import type { Publisher } from "./publisher.ts";
import { lostByRedis, raiseRestored, readHeads } from "./restore-detection.ts";

/** The number of environments that one sweep published, and of those that failed. */
export interface Swept {
  environments: number;
  failed: number;
}

/**
 * Publishes every change that is not confirmed yet, and marks it done: changes of a worker that died, edits in SQL, and
 * all flags of an environment whose database or Redis went back. An environment that cannot be published stays for the
 * next sweep.
 */
export async function sweepOutbox(
  outbox: Outbox,
  publisher: Publisher,
  waitUntil: (promise: Promise<unknown>) => void,
  log: Log,
): Promise<Swept> {
  const swept = { environments: 0, failed: 0 };
  let { versions, pending } = await outbox.readUnconfirmed();
  const heads = await readHeads(versions, publisher, log);
  if (await raiseRestored(versions, heads, outbox, log)) ({ pending } = await outbox.readUnconfirmed());
  for (const [environment, written] of [...pending, ...lostByRedis(versions, heads, pending, log)]) {
    const published = await publisher.publish(environment, written, waitUntil);
    if (published.redis !== false && published.edge !== false) {
      await outbox.markDone(environment, written.version);
      swept.environments++;
    } else {
      swept.failed++;
    }
  }
  await outbox.pruneOutbox().catch((error: unknown) => log.warn("outbox_prune_failed", errorFields(error)));
  return swept;
}
