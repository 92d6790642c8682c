import type { TieredCache } from "../cache/tiered-cache.ts";
import type { CompiledFlag } from "../evaluation/types.ts";
import type { Change } from "../flags/head.ts";
import { errorFields, type Log } from "../ops/log.ts";
import type { StoreReading } from "../store/snapshot.ts";
import { type EdgePurge, tagsOf } from "./purge-targets.ts";

/** What a write left to be published: every change up to `version` that is not confirmed yet. */
export interface Written {
  version: number;
  pending: Change[];
  /** The changed documents as the write's own transaction saw them, when they are few. */
  reading?: StoreReading | undefined;
}

/** Which targets took a purge. False ones are retried by the sweep. */
export interface Published {
  redis: boolean;
  /** Absent: no purge transport is configured, so data centres hold nothing that could be stale. */
  edge?: boolean;
}

/** Publishes committed changes to the tiers: L2, this isolate's L1, the data centres. Idempotent, in any order. */
export class Publisher {
  readonly #tiers: TieredCache<CompiledFlag>;
  readonly #prefix: string;
  readonly #edge: EdgePurge | undefined;
  readonly #log: Log;

  constructor(tiers: TieredCache<CompiledFlag>, prefix: string, edge: EdgePurge | undefined, log: Log) {
    this.#tiers = tiers;
    this.#prefix = prefix;
    this.#edge = edge;
    this.#log = log;
  }

  /**
   * Never throws: the change is committed, and what a target missed is published again by the sweep.
   * A reading is written through in the same command that purges, so the next reader needs no store.
   */
  async publish(
    environment: string,
    written: Written,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Promise<Published> {
    if (written.pending.length === 0) return this.#edge ? { redis: true, edge: true } : { redis: true };
    const redis = await this.#attempt("redis", environment, () => this.#publishToTiers(environment, written));
    const edge = this.#edge;
    if (!edge) return { redis };
    const tags = tagsOf(this.#prefix, environment, written.pending);
    return { redis, edge: await this.#attempt("edge", environment, () => edge.purge(tags, waitUntil)) };
  }

  async #publishToTiers(environment: string, written: Written): Promise<void> {
    if (!written.reading) return void (await this.#tiers.publish(environment, written.pending));
    const fill = this.#tiers.accept(environment, { ...written.reading, changes: written.pending });
    await fill();
  }

  async #attempt(target: string, environment: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.#log.warn("purge_failed", { target, environment, ...errorFields(error) });
      return false;
    }
  }
}
