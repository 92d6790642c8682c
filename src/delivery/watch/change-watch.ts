/**
 * Tells the streams of one isolate that an environment has changed. There are no timers between requests, and a timer, a
 * stream and a response belong to the request that made them, so: one of the streams is on duty and starts the head
 * check once a second for all of them; the others sleep with timers of their own. Whoever moves the version, a check, an
 * evaluation or a purge in this isolate, resolves a promise of each sleeper, and each goes on in its own request.
 * A request that the runtime has cancelled runs no `finally`: who is on duty and silent is replaced.
 */
import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { Clock } from "../../ops/clock.ts";
import type { ChangeFeed, ChangeSubscription, FeedState } from "./change-feed.ts";
import type { HeadCheck } from "../read/head-check.ts";
import type { Loader } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import { within } from "../../resilience/deadline.ts";

/** Checks are at least this far apart, whatever evaluations are allowed (ms). */
const MIN_INTERVAL_MS = 1000;
/** Who is on duty and has not been heard of for so many intervals is replaced. */
const LATE_INTERVALS = 2.5;
/** A stream that opens waits this long for the first check (ms). */
const OPEN_BUDGET_MS = 1000;

export interface ChangeWatchOptions {
  tiers: TieredCache<CompiledFlag>;
  loader: Loader;
  headCheck: HeadCheck;
  headCheckMs: number;
  clock: Clock;
  random: () => number;
}

/** What the streams of one environment share in one isolate. */
interface Lane {
  environment: string;
  watchers: Set<Watcher>;
  onDuty: Watcher | undefined;
  /** ms since epoch: when who is on duty was heard of last … */
  heardAt: number;
  /** … and when a check was started last. */
  askedAt: number;
  isGone: boolean;
}

export class ChangeWatch implements ChangeFeed {
  readonly #options: ChangeWatchOptions;
  readonly #intervalMs: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
    this.#intervalMs = Math.max(MIN_INTERVAL_MS, options.headCheckMs);
  }

  subscribe(environment: string, scope: RequestScope): ChangeSubscription {
    let lane = this.#lanes.get(environment);
    // Of an environment that is gone only the dead are left, who would keep it gone when it is made again.
    if (lane === undefined || lane.isGone) {
      lane = { environment, watchers: new Set(), onDuty: undefined, heardAt: 0, askedAt: 0, isGone: false };
      this.#lanes.set(environment, lane);
    }
    const watcher = new Watcher(this, lane, scope);
    lane.watchers.add(watcher);
    return watcher;
  }

  /** The environment's memory, whose moves wake this lane. Looked up each time: it may have been evicted since. */
  memoryOf(lane: Lane): MemoryEnvironment<CompiledFlag> {
    const memory = this.#options.tiers.l1.environment(lane.environment);
    memory.onMove = () => wakeAll(lane);
    return memory;
  }

  async confirm(lane: Lane, scope: RequestScope): Promise<void> {
    const memory = this.memoryOf(lane);
    if (memory.keys === undefined || this.#dueAt(lane, memory) > this.now()) return;
    const check = this.#check(lane, scope);
    scope.waitUntil(check);
    await within(check, OPEN_BUDGET_MS);
  }

  async state(lane: Lane, scope: RequestScope): Promise<FeedState | "unknown-environment" | "unavailable"> {
    const memory = this.memoryOf(lane);
    // A change that names the keys supersedes them, and the check need not have brought the new ones.
    if (memory.keys === undefined) {
      const outcome = await this.#options.loader.flags(lane.environment, [], scope);
      if (outcome === "unknown-environment") lane.isGone = true;
    }
    if (lane.isGone) return "unknown-environment";
    const keys = memory.keys ?? memory.lastKeys;
    if (keys === undefined || memory.version === 0) return "unavailable";
    return { version: memory.version, movedAt: memory.movedAt, keys };
  }

  /** When to look again (ms since epoch): for who is on duty the next check, which is started when it is due. */
  wakeAt(lane: Lane, watcher: Watcher, scope: RequestScope): number {
    const now = this.now();
    const lateMs = this.#intervalMs * LATE_INTERVALS;
    if (lane.onDuty !== watcher && lane.onDuty !== undefined && now - lane.heardAt <= lateMs)
      return now + lateMs * (1 + 2 * this.#options.random());
    lane.onDuty = watcher;
    lane.heardAt = now;
    const memory = this.memoryOf(lane);
    if (this.#dueAt(lane, memory) <= now) scope.waitUntil(this.#check(lane, scope));
    return this.#dueAt(lane, memory);
  }

  leave(lane: Lane, watcher: Watcher): void {
    lane.watchers.delete(watcher);
    if (lane.watchers.size === 0) {
      if (this.#lanes.get(lane.environment) !== lane) return;
      this.#lanes.delete(lane.environment);
      this.#options.tiers.l1.environment(lane.environment).onMove = undefined;
    } else if (lane.onDuty === watcher) {
      lane.onDuty = undefined;
      // Whoever wakes first takes over; one would do, if one could be sure that it is still alive.
      wakeAll(lane);
    }
  }

  now(): number {
    return this.#options.clock.now();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#options.clock.sleep(ms, signal);
  }

  /** Evaluations confirm the head too: then there is nothing to ask. */
  #dueAt(lane: Lane, memory: MemoryEnvironment<CompiledFlag>): number {
    return Math.max(memory.checkedAt, lane.askedAt) + this.#intervalMs;
  }

  /** Never throws: what cannot be reached is asked again in the next interval. */
  async #check(lane: Lane, scope: RequestScope): Promise<void> {
    lane.askedAt = this.now();
    const outcome = await this.#options.headCheck.check(lane.environment, scope).catch(() => "unavailable" as const);
    if (outcome !== "unknown-environment") return;
    lane.isGone = true;
    wakeAll(lane);
  }
}

function wakeAll(lane: Lane): void {
  for (const watcher of lane.watchers) watcher.wake();
}

/** One stream's part of the watch. */
class Watcher implements ChangeSubscription {
  readonly #watch: ChangeWatch;
  readonly #lane: Lane;
  readonly #scope: RequestScope;
  #isClosed = false;
  /** Called from other requests: it resolves a promise and touches nothing of this request's. */
  wake: () => void = () => undefined;

  constructor(watch: ChangeWatch, lane: Lane, scope: RequestScope) {
    this.#watch = watch;
    this.#lane = lane;
    this.#scope = scope;
  }

  get version(): number {
    return this.#watch.memoryOf(this.#lane).version;
  }

  async confirmed(): Promise<FeedState | "unknown-environment" | "unavailable"> {
    await this.#watch.confirm(this.#lane, this.#scope);
    return this.state();
  }

  state(): Promise<FeedState | "unknown-environment" | "unavailable"> {
    return this.#watch.state(this.#lane, this.#scope);
  }

  async moved(seen: number, until: number): Promise<void> {
    while (!this.#isClosed && !this.#lane.isGone) {
      const { version } = this;
      if ((version !== 0 && version !== seen) || this.#watch.now() >= until) return;
      const wakeAt = Math.min(until, this.#watch.wakeAt(this.#lane, this, this.#scope));
      await this.#sleep(wakeAt - this.#watch.now());
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.wake();
    this.#watch.leave(this.#lane, this);
  }

  async #sleep(ms: number): Promise<void> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    await Promise.race([this.#watch.sleep(ms, timer.signal), woken]);
    // Here and not in `wake`: a timer may only be stopped by the request that it belongs to.
    timer.abort();
  }
}
