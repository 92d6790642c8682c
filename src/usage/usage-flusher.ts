import type { FailureLog } from "../ops/failure-log.ts";
import type { Log } from "../ops/log.ts";
import type { UsageStats } from "./usage-stats.ts";
import { type CountRow, MAX_FLUSH_MS, RETRY_MS, type UsageBatch, type UsageSink } from "./usage-count.ts";
import type { CounterTable, UsageCounters } from "./usage-counters.ts";

/** The smallest plan of Upstash accepts requests of 1 MB. The longest count has about 600 characters. */
const MAX_BATCH_CHARS = 400_000;
/** The longest variant or id of a rule that the API accepts (code points). */
const MAX_NAME = 128;
/** Each pause between flushes is this much longer than the one before. */
const GROWTH = 4;

export interface UsageFlusherOptions {
  sink: () => Promise<UsageSink>;
  /** The isolate's id, which no other isolate has. */
  sender: string;
  now: () => number;
  /** The shortest and the longest time between two flushes (ms). */
  firstMs: number;
  longestMs: number;
  stats: UsageStats;
  failures: FailureLog;
  log: Log;
}

/** A batch that the sink has not accepted yet. */
interface PendingBatch extends UsageBatch {
  /** ms since epoch. */
  madeAt: number;
}

/** Sends the counts of one isolate to their sink, in order, and again until the sink accepts them. */
export class UsageFlusher {
  readonly #options: UsageFlusherOptions;
  #pending: PendingBatch[] = [];
  #sequence = 0;
  #flushes = 0;
  #failures = 0;
  #busySince = -Infinity;
  #loggedDropped = 0;

  constructor(options: UsageFlusherOptions) {
    this.#options = options;
    // The first batch only makes the sink know the sender. So if it does not know it later, it has lost its data.
    this.#pending.push({ ...this.#next(), isRepeated: false, counts: [], madeAt: Infinity });
  }

  /** Sends the batches that are waiting, and then what has been counted. Does not reject. */
  async flush(counters: UsageCounters): Promise<void> {
    const startedAt = this.#options.now();
    if (Math.abs(startedAt - this.#busySince) < MAX_FLUSH_MS) return counters.wait(this.#options.firstMs);
    this.#busySince = startedAt;
    try {
      // Nothing is taken until the batches that wait are accepted, so they are bounded.
      if (this.#pending.length === 0 || (await this.#send())) {
        this.#take(counters);
        if (await this.#send()) this.#failures = 0;
      }
      if (this.#pending.length > 0) counters.wait(this.#spacing(++this.#failures));
    } finally {
      if (this.#busySince === startedAt) this.#busySince = -Infinity;
    }
  }

  #take(counters: UsageCounters): void {
    const { now, stats, log } = this.#options;
    const tables = counters.take(this.#spacing(++this.#flushes));
    const madeAt = now();
    for (const counts of batchesOf(tables)) this.#pending.push({ ...this.#next(), isRepeated: false, counts, madeAt });
    stats.dropped = counters.dropped;
    if (stats.dropped > this.#loggedDropped)
      log.warn("usage_dropped", { evaluations: stats.dropped - this.#loggedDropped });
    this.#loggedDropped = stats.dropped;
  }

  #next(): Pick<UsageBatch, "sender" | "sequence"> {
    return { sender: this.#options.sender, sequence: ++this.#sequence };
  }

  /** Returns whether all batches were accepted. */
  async #send(): Promise<boolean> {
    const { failures, stats } = this.#options;
    try {
      const sink = this.#pending.length === 0 ? undefined : await this.#options.sink();
      for (let batch = this.#pending[0]; sink !== undefined && batch !== undefined; batch = this.#pending[0]) {
        const repeated = { ...batch, isRepeated: true };
        this.#pending[0] = repeated;
        const isAdded = await sink.add(batch);
        if (batch.counts.length > 0) stats.flushes++;
        if (!isAdded) this.#lose(batch, "Redis has lost its record of the batches");
        // Another flush may have sent it meanwhile, if this one took very long.
        if (this.#pending[0] === repeated) this.#pending.shift();
      }
      failures.succeeded("usage_flush");
      return true;
    } catch (error) {
      stats.failures++;
      failures.failed("usage_flush", error);
      this.#giveUp();
      return false;
    }
  }

  /** Drops batches that the sink might no longer recognise when they are repeated. */
  #giveUp(): void {
    const now = this.#options.now();
    while (this.#pending[0] !== undefined && now - this.#pending[0].madeAt > RETRY_MS)
      this.#lose(this.#pending.shift() as PendingBatch, "no sink has accepted it");
  }

  #lose({ counts }: UsageBatch, problem: string): void {
    const evaluations = counts.reduce((sum, count) => sum + count[6] + count[7], 0);
    this.#options.stats.lost += evaluations;
    this.#options.log.error("usage_lost", { evaluations, problem });
  }

  #spacing(flushes: number): number {
    const { firstMs, longestMs } = this.#options;
    return Math.min(firstMs * GROWTH ** Math.min(flushes, 20), longestMs);
  }
}

/** Returns the counts in batches that each fit into one command. */
function batchesOf(tables: readonly CounterTable[]): CountRow[][] {
  const batches: CountRow[][] = [];
  let size = Infinity;
  for (const count of countsOf(tables)) {
    const chars = count.reduce<number>((sum, part) => sum + String(part).length + 4, 0);
    if (size + chars > MAX_BATCH_CHARS) {
      batches.push([]);
      size = 0;
    }
    size += chars;
    batches.at(-1)?.push(count);
  }
  return batches;
}

/** Yields one count for each name. A flag that changed meanwhile has had several counters of the same names. */
function countsOf(tables: readonly CounterTable[]): Iterable<CountRow> {
  const counts = new Map<string, CountRow>();
  for (const { environment, keyId, hour, at, counters } of tables) {
    if (keyId !== "")
      counts.set(`${environment} ${hour} ${keyId}`, [environment, hour, "", "", "", keyId, 0, 0, 0, at]);
    for (const { flag, requested, used, requestedAt, usedAt, ...outcome } of counters) {
      const [variant, rule] = [shortened(outcome.variant), shortened(outcome.rule)];
      const name = `${environment} ${hour} ${keyId} ${flag} ${variant} ${rule}`;
      const held = counts.get(name);
      if (held === undefined)
        counts.set(name, [environment, hour, flag, variant, rule, keyId, requested, used, requestedAt, usedAt]);
      else {
        held[6] += requested;
        held[7] += used;
        held[8] = Math.max(held[8], requestedAt);
        held[9] = Math.max(held[9], usedAt);
      }
    }
  }
  return counts.values();
}

/**
 * Cuts a name to the length that the API accepts. Somebody can have written a longer one in SQL, which the indexes of
 * the counts refuse, and with it everybody else's counts of the batch.
 */
function shortened(name: string): string {
  // A code point has at most two of the string's units.
  return name.length <= MAX_NAME
    ? name
    : Array.from(name.slice(0, 2 * MAX_NAME))
        .slice(0, MAX_NAME)
        .join("");
}
