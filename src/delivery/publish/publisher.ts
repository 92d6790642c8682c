import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { errorFields, type Log } from "../../ops/log.ts";
import type { Reading } from "../../flags/reading.ts";
import type { Written } from "../../store/writes/transaction.ts";
import { type EdgePurge, environmentTag, fitsOneCall, tagsOf } from "./purge-targets.ts";

/** The changes of one environment that a write or the sweep publishes. */
export interface Publication extends Written {
  /** The changed documents, as the transaction of the write saw them; `undefined` if they are many. */
  reading?: Reading | undefined;
}

/** Whether each target has accepted a purge. The sweep retries the others. */
export interface Published {
  /** Left out if the worker runs without Redis. */
  redis?: boolean;
  /** Left out if no purge transport is configured: then data centres store nothing that could be stale. */
  edge?: boolean;
}

/**
 * Called if L2 has a later head than the version that was published: another write was quicker, or the database went
 * back to an earlier state. Must not throw.
 */
export type OnAhead = (
  environment: string,
  head: number,
  waitUntil: (promise: Promise<unknown>) => void,
) => Promise<void>;

/** A purge that carries more than this would be slow or refused, so it carries no documents (characters of JSON). */
const MAX_WRITE_THROUGH = 100_000;

/** Publishes committed changes to L2, this isolate's L1 and the data centres. Repeatable, in any order. */
export class Publisher {
  readonly #tiers: TieredCache<CompiledFlag>;
  readonly #prefix: string;
  readonly #edge: EdgePurge | undefined;
  readonly #log: Log;
  readonly #onAhead: OnAhead | undefined;

  constructor(
    tiers: TieredCache<CompiledFlag>,
    prefix: string,
    edge: EdgePurge | undefined,
    log: Log,
    onAhead?: OnAhead,
  ) {
    this.#tiers = tiers;
    this.#prefix = prefix;
    this.#edge = edge;
    this.#log = log;
    this.#onAhead = onAhead;
  }

  /** Never throws: the change is committed, and the sweep publishes it again to a target that missed it. */
  async publish(
    environment: string,
    written: Publication,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Promise<Published> {
    return (await this.publishAll(new Map([[environment, written]]), waitUntil)).get(environment) ?? {};
  }

  /**
   * Sends one command per environment to L2, and then one purge of the data centres for all of them. Waits at most
   * `patienceMs` for that purge, which then goes on in `waitUntil`; without `patienceMs` it waits to the end.
   */
  async publishAll(
    written: ReadonlyMap<string, Publication>,
    waitUntil: (promise: Promise<unknown>) => void,
    patienceMs?: number,
  ): Promise<Map<string, Published>> {
    const redis = new Map<string, boolean>();
    await Promise.all(
      [...written].map(async ([environment, one]) => {
        const publish = () => this.#publishToTiers(environment, one, waitUntil);
        const isTaken = await this.#attempt("redis", environment, publish);
        redis.set(environment, isTaken);
      }),
    );
    const edge = await this.#purgeEdge(written, waitUntil, patienceMs);
    const published = new Map<string, Published>();
    for (const environment of written.keys()) {
      published.set(environment, {
        ...(this.#tiers.l2 && { redis: redis.get(environment) ?? false }),
        ...(edge !== undefined && { edge: edge || written.get(environment)?.pending.length === 0 }),
      });
    }
    return published;
  }

  /** Returns the versions that L2 has seen, of these environments and of others that it holds. @throws TierError */
  async headVersions(environments: Iterable<string>): Promise<Map<string, number>> {
    return (await this.#tiers.l2?.headVersions(environments)) ?? new Map();
  }

  /**
   * Writes few and small documents through in the command that purges, so that the next reader need not ask the store.
   * The purge itself never depends on them.
   */
  async #publishToTiers(
    environment: string,
    { pending, tag, reading }: Publication,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Promise<void> {
    const version = pending.at(-1)?.[0];
    if (version === undefined) return;
    if (reading && isSmall(reading)) {
      // This may run long after the commit, so it does not confirm the head: a newer version may have been published.
      const fill = this.#tiers.accept(environment, { ...reading, changes: pending }, 0);
      if (await fill().catch(() => false)) return;
    }
    const head = await this.#tiers.publish(environment, pending, tag);
    if (head > version) await this.#onAhead?.(environment, head, waitUntil);
  }

  /** Returns `undefined` if no purge transport is configured. */
  async #purgeEdge(
    written: ReadonlyMap<string, Publication>,
    waitUntil: (promise: Promise<unknown>) => void,
    patienceMs: number | undefined,
  ): Promise<boolean | undefined> {
    const edge = this.#edge;
    if (!edge) return undefined;
    const changed = [...written].filter(([, { pending }]) => pending.length > 0);
    if (changed.length === 0) return true;
    const tags = changed.flatMap(([environment, { pending }]) => tagsOf(this.#prefix, environment, pending));
    const environments = changed.map(([environment]) => environment);
    const wider = environments.map((one) => environmentTag(this.#prefix, one));
    const fewest = fitsOneCall(tags) ? tags : wider;
    const purge = () => edge.purge(fewest, waitUntil, patienceMs, wider);
    return await this.#attempt("edge", environments.join(" "), purge);
  }

  async #attempt(target: string, environment: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.#log.warn("purge_failed", { target, environment, ...errorFields(error) });
      return false;
    }
  }
}

function isSmall({ flags, texts, keys, index }: Reading): boolean {
  let size = JSON.stringify(keys ?? {}).length + JSON.stringify(index ?? []).length;
  for (const [key, document] of flags) {
    if (size > MAX_WRITE_THROUGH) return false;
    size += (texts?.get(key) ?? JSON.stringify(document)).length;
  }
  return size <= MAX_WRITE_THROUGH;
}
