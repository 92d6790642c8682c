/**
 * The evaluations that an isolate has not reported yet. Counting is on the path of every evaluation, so it does no I/O
 * and allocates only for what it has not counted before. Everything else is in usage-flusher.ts, which loads later.
 */
import type { RequestScope } from "../delivery/request-scope.ts";
import type { CompiledFlag, Resolution } from "../evaluation/types.ts";
import { type Clock, isWithin } from "../ops/clock.ts";
import { HOUR_MS, MAX_FLUSH_MS, OTHER_FLAGS } from "./usage-count.ts";

/** An isolate has at most this many counters and tables. Past it, evaluations count without their flags. */
const MAX_COUNTERS = 20_000;
/** With so many, or after so many requests, an isolate does not wait longer than the shortest time. */
const MANY_COUNTERS = 10_000;
const MANY_REQUESTS = 1024;
/** A timer behind a response may take this long (ms); the runtime ends it after 30 s. */
const MAX_TIMER_MS = 20_000;
/** A request promises to flush within this time (ms). */
const MAX_CLAIM_MS = MAX_TIMER_MS + MAX_FLUSH_MS;
/** No flush is further away (ms). */
const MAX_WAIT_MS = 3_600_000;

/** The evaluations of one flag with one outcome. */
export interface Counter {
  flag: string;
  variant: string;
  rule: string;
  requested: number;
  used: number;
  /** ms since epoch; 0 for never. */
  requestedAt: number;
  usedAt: number;
}

/** The counters of one SDK key, or of a binding, in one hour. */
export interface CounterTable {
  environment: string;
  keyId: string;
  hour: number;
  /** When the key was last used (ms since epoch). */
  at: number;
  counters: Counter[];
  /** By resolution, which says flag, variant and rule; errors by flag, because flags share them. */
  byOutcome: WeakMap<object, Counter>;
  other: Counter | undefined;
}

/** Whose evaluation counts. */
interface Caller {
  environment: string;
  keyId?: string;
  scope: RequestScope;
}

export interface UsageCountersOptions {
  clock: Clock;
  /** The shortest time between two flushes, and from a first evaluation to its flush (ms). 0 switches counting off. */
  firstMs: number;
  /** Takes the counts and sends them. Does not reject. */
  flush: (counters: UsageCounters) => Promise<void>;
}

/** Counts the evaluations of one isolate. */
export class UsageCounters {
  /** Evaluations that were not counted, because there were too many tables. */
  dropped = 0;
  readonly #options: UsageCountersOptions;
  #byKey = new Map<string, CounterTable>();
  #byBinding = new Map<string, CounterTable>();
  /** Tables of earlier hours. */
  #closed: CounterTable[] = [];
  #size = 0;
  #requests = 0;
  #hour = 0;
  /** When the counts were last taken, and when they may be taken again at the earliest (ms since epoch). */
  #takenAt = 0;
  #notBefore = 0;
  /** When the next flush is due (ms since epoch); `undefined` if nothing was counted since the last one. */
  #dueAt: number | undefined;
  /** A request has promised to flush before this (ms since epoch). */
  #claimedUntil = 0;
  /** No request needs to look after flushes before this (ms since epoch). */
  #checkAt: number;

  constructor(options: UsageCountersOptions) {
    this.#options = options;
    this.#checkAt = options.firstMs === 0 ? Infinity : 0;
  }

  /** Whether evaluations are counted. */
  get isOn(): boolean {
    return this.#options.firstMs > 0;
  }

  /** Counts the evaluation of one flag. */
  one(caller: Caller, flag: CompiledFlag, resolution: Resolution, now: number): void {
    const counter = this.#counterOf(this.#tableOf(caller, now), flag, resolution);
    if (counter === undefined) return;
    counter.used++;
    counter.usedAt = now;
  }

  /** Counts the evaluation of all flags that a caller may see. */
  all(caller: Caller, flags: readonly CompiledFlag[], resolutions: readonly Resolution[], now: number): void {
    const table = this.#tableOf(caller, now);
    for (let i = 0; i < flags.length; i++) {
      const counter = this.#counterOf(table, flags[i]!, resolutions[i]!);
      if (counter === undefined) continue;
      counter.requested++;
      counter.requestedAt = now;
    }
  }

  /** Notes that a key was used for something else than an evaluation. */
  key(caller: Caller, now: number): void {
    this.#tableOf(caller, now);
  }

  /** Returns what was counted since the last call, and begins anew. The next flush comes after `nextMs`. */
  take(nextMs: number): CounterTable[] {
    this.#close();
    const taken = this.#closed;
    this.#closed = [];
    this.#size = this.#requests = 0;
    this.#takenAt = this.#options.clock.now();
    this.wait(nextMs);
    return taken;
  }

  /** Ends a flush. The next one comes after `ms`. */
  wait(ms: number): void {
    this.#notBefore = this.#options.clock.now() + ms;
    this.#dueAt = undefined;
    this.#claimedUntil = this.#checkAt = 0;
  }

  #tableOf({ environment, keyId, scope }: Caller, now: number): CounterTable | undefined {
    if (now >= this.#checkAt || ++this.#requests % MANY_REQUESTS === 0) this.#check(scope, now);
    const tables = keyId === undefined ? this.#byBinding : this.#byKey;
    const table = tables.get(keyId ?? environment) ?? this.#newTable(tables, environment, keyId, now);
    if (table !== undefined) table.at = now;
    return table;
  }

  #newTable(tables: Map<string, CounterTable>, environment: string, keyId: string | undefined, now: number) {
    if (this.#checkAt === Infinity) return undefined;
    if (!this.#mayGrow()) {
      this.dropped++;
      return undefined;
    }
    const table: CounterTable = {
      environment,
      keyId: keyId ?? "",
      hour: this.#hour,
      at: now,
      counters: [],
      byOutcome: new WeakMap(),
      other: undefined,
    };
    tables.set(keyId ?? environment, table);
    return table;
  }

  #counterOf(table: CounterTable | undefined, flag: CompiledFlag, resolution: Resolution): Counter | undefined {
    if (table === undefined) return undefined;
    const outcome = resolution.reason === "ERROR" ? flag : resolution;
    return table.byOutcome.get(outcome) ?? this.#newCounter(table, flag, resolution, outcome);
  }

  /** Returns no counter for an override: it says nothing about the rules, and its caller is testing. */
  #newCounter(
    table: CounterTable,
    { key }: CompiledFlag,
    resolution: Resolution & { variant?: string; ruleId?: string },
    outcome: object,
  ): Counter | undefined {
    if ("isOverride" in resolution) return undefined;
    const isOther = !this.#mayGrow();
    if (isOther && table.other !== undefined) return table.other;
    const { variant = "", ruleId = "" } = resolution;
    const named = isOther ? { flag: OTHER_FLAGS, variant: "", rule: "" } : { flag: key, variant, rule: ruleId };
    const counter = { ...named, requested: 0, used: 0, requestedAt: 0, usedAt: 0 };
    table.counters.push(counter);
    if (isOther) table.other = counter;
    else table.byOutcome.set(outcome, counter);
    return counter;
  }

  #mayGrow(): boolean {
    if (this.#size >= MAX_COUNTERS) return false;
    if (++this.#size === MANY_COUNTERS) this.#checkAt = 0;
    return true;
  }

  #close(): void {
    for (const tables of [this.#byKey, this.#byBinding]) {
      this.#closed.push(...tables.values());
      tables.clear();
    }
  }

  /** Begins a new hour, and lets the request flush behind its response if that is due. */
  #check({ waitUntil }: RequestScope, now: number): void {
    const hour = Math.floor(now / HOUR_MS);
    if (hour !== this.#hour) this.#close();
    this.#hour = hour;
    const { clock, firstMs, flush } = this.#options;
    if (firstMs === 0) return;
    this.#dueAt ??= Math.max(now + firstMs, this.#notBefore);
    const isFull = this.#requests >= MANY_REQUESTS || this.#size >= MANY_COUNTERS;
    const dueMs = (isFull ? this.#takenAt + firstMs : this.#dueAt) - now;
    // The clock may have been set back since then.
    const waitMs = dueMs > MAX_WAIT_MS ? firstMs : Math.max(0, dueMs);
    const isClaimed = isWithin(this.#claimedUntil - MAX_CLAIM_MS, MAX_CLAIM_MS, now);
    let checkAt = isClaimed ? this.#claimedUntil : now;
    if (!isClaimed && waitMs > MAX_TIMER_MS) checkAt = now + waitMs - MAX_TIMER_MS;
    else if (!isClaimed) {
      checkAt = this.#claimedUntil = now + waitMs + MAX_FLUSH_MS;
      waitUntil(clock.sleep(waitMs).then(() => flush(this)));
    }
    this.#checkAt = Math.min(checkAt, (hour + 1) * HOUR_MS);
  }
}
