import type { Change } from "../flags/head.ts";
import { errorFields, type Log } from "../ops/log.ts";
import type { Publisher } from "./publisher.ts";

/** What the sweep needs of the store. */
export interface Outbox {
  /** Undone changes of every environment, contiguous, oldest first. */
  readPendingOutbox(): Promise<Map<string, { version: number; pending: Change[] }>>;
  markDone(environment: string, upToVersion: number): Promise<void>;
  pruneOutbox(): Promise<void>;
}

/** What one sweep did. */
export interface Swept {
  environments: number;
  failed: number;
}

/**
 * Publishes every change that is not confirmed yet and marks it done: what a worker that died left over, and
 * what was edited outside the API. An environment that cannot be published stays for the next sweep.
 */
export async function sweepOutbox(
  outbox: Outbox,
  publisher: Publisher,
  waitUntil: (promise: Promise<unknown>) => void,
  log: Log,
): Promise<Swept> {
  const swept = { environments: 0, failed: 0 };
  for (const [environment, written] of await outbox.readPendingOutbox()) {
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
