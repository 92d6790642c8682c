/**
 * Tells the streams of one isolate that an environment has changed.
 *
 * On workerd there are no timers between requests, and a timer, a stream and a response belong to the request that
 * created them. Therefore one of the streams is on duty: it starts the head check once a second for all of them, while
 * the others sleep with timers of their own. Each stream also wakes at the next boundary of a schedule, which takes no
 * I/O and no further timer. A head check, an evaluation or a purge in this isolate may move the version; each move
 * resolves a promise of each sleeper, and each goes on in its own request. A request that the runtime has cancelled
 * runs no `finally`, so a stream on duty that falls silent is replaced.
 */
import type { TieredCache } from "../../cache/tiered-cache.ts";
import { within } from "../../resilience/deadline.ts";
import { type Clock, isWithin } from "../../ops/clock.ts";
import type { Environments, EnvironmentState } from "../environment.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { HeadCheck } from "../read/head-check.ts";
import { planFlags } from "../read/load-plans.ts";
import type { Loader } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import type { ChangeFeed, ChangeSubscription, FeedOutcome } from "./change-feed.ts";
import type { Visibility } from "./flag-schedule.ts";
import { ScheduleReader } from "./schedule-reader.ts";

/** The least time between two checks, whatever interval evaluations use (ms). */
const MIN_INTERVAL_MS = 1000;
/** A stream on duty that has been silent for this many intervals is replaced. */
const LATE_INTERVALS = 2.5;
/** A stream that opens waits this long for the first check (ms). */
const OPEN_BUDGET_MS = 1000;
/** A schedule that could not be read is not read again sooner than this (ms). */
const SCHEDULE_RETRY_MS = 5000;

export interface ChangeWatchOptions {
  environments: Environments;
  loader: Loader;
  headCheck: HeadCheck;
  headCheckMs: number;
  tiers: Pick<TieredCache<CompiledFlag>, "compileAll">;
  clock: Clock;
  random: () => number;
}

/** The common state of the streams of one environment in one isolate. Times in ms since epoch. */
interface Lane {
  environment: string;
  watchers: Set<Watcher>;
  onDuty: Watcher | undefined;
  /** The last sign of life of the stream on duty. */
  heardAt: number;
  /** The start of the last check. */
  checkStartedAt: number;
  isGone: boolean;
}

export class ChangeWatch implements ChangeFeed {
  readonly #options: ChangeWatchOptions;
  readonly #intervalMs: number;
  readonly #schedules: ScheduleReader;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
    this.#intervalMs = Math.max(MIN_INTERVAL_MS, options.headCheckMs);
    this.#schedules = new ScheduleReader(options);
  }

  subscribe(environment: string, scope: RequestScope, sees: Visibility): ChangeSubscription {
    let lane = this.#lanes.get(environment);
    // A lane whose environment is gone holds only dead streams. They would keep the environment gone when it is created
    // again.
    if (lane === undefined || lane.isGone) {
      lane = { environment, watchers: new Set(), onDuty: undefined, heardAt: 0, checkStartedAt: 0, isGone: false };
      this.#lanes.set(environment, lane);
    }
    const watcher = new Watcher(this, lane, scope, sees);
    lane.watchers.add(watcher);
    return watcher;
  }

  /**
   * Returns the environment, and makes its moves wake this lane. Looked up each time, because L1 may have evicted it.
   */
  stateOf(lane: Lane): EnvironmentState {
    const state = this.#options.environments.of(lane.environment);
    state.memory.onMove(() => wakeAll(lane));
    return state;
  }

  async confirm(lane: Lane, scope: RequestScope): Promise<void> {
    const state = this.stateOf(lane);
    if (state.memory.keys === undefined || this.#dueAt(lane, state) > this.now()) return;
    const check = this.#check(lane, state, scope);
    scope.waitUntil(check);
    await within(check, OPEN_BUDGET_MS, this.#options.clock);
  }

  async outcome(lane: Lane, scope: RequestScope): Promise<FeedOutcome> {
    const state = this.stateOf(lane);
    const { memory } = state;
    // A change of the keys supersedes them, and the head check need not have brought the new ones.
    if (memory.keys === undefined) {
      const outcome = await this.#options.loader.load(state, planFlags(state, []), scope);
      if (outcome === "unknown-environment") lane.isGone = true;
    }
    if (lane.isGone) return "unknown-environment";
    const keys = memory.keys ?? memory.lastKeys;
    if (keys === undefined || memory.version === 0) return "unavailable";
    return { version: memory.version, movedAt: memory.movedAt, keys };
  }

  /**
   * Returns when to look again (ms since epoch). For the stream on duty this is the next check, started once it is due.
   */
  wakeAt(lane: Lane, watcher: Watcher, scope: RequestScope): number {
    const now = this.now();
    const lateMs = this.#intervalMs * LATE_INTERVALS;
    if (lane.onDuty !== watcher && lane.onDuty !== undefined && isWithin(lane.heardAt, lateMs + 1, now))
      return now + lateMs * (1 + 2 * this.#options.random());
    lane.onDuty = watcher;
    lane.heardAt = now;
    const state = this.stateOf(lane);
    if (this.#dueAt(lane, state) <= now) scope.waitUntil(this.#check(lane, state, scope));
    return this.#dueAt(lane, state);
  }

  /** Returns the boundary after `seenAt`. Reads the schedule in the background if it is of an earlier version. */
  boundaryAfter(lane: Lane, sees: Visibility, seenAt: number, scope: RequestScope): number {
    const state = this.stateOf(lane);
    const { at, pauseMs } = state.scheduleAttempt;
    if (!this.#hasSchedule(state) && state.version !== 0 && !isWithin(at, pauseMs, this.now())) {
      state.scheduleAttempt = { at: this.now(), pauseMs: this.#intervalMs };
      scope.waitUntil(this.#readSchedule(lane, state, scope));
    }
    return state.schedule?.[sees].after(seenAt) ?? Number.POSITIVE_INFINITY;
  }

  async scheduled(lane: Lane, scope: RequestScope): Promise<void> {
    const state = this.stateOf(lane);
    if (this.#hasSchedule(state)) return;
    const reading = this.#readSchedule(lane, state, scope);
    scope.waitUntil(reading);
    await within(reading, OPEN_BUDGET_MS, this.#options.clock);
  }

  leave(lane: Lane, watcher: Watcher): void {
    lane.watchers.delete(watcher);
    if (lane.watchers.size === 0) {
      if (this.#lanes.get(lane.environment) !== lane) return;
      this.#lanes.delete(lane.environment);
      this.#options.environments.of(lane.environment).memory.onMove(undefined);
    } else if (lane.onDuty === watcher) {
      lane.onDuty = undefined;
      // The first to wake takes over. Waking one would be enough if it were certain to be alive.
      wakeAll(lane);
    }
  }

  now(): number {
    return this.#options.clock.now();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#options.clock.sleep(ms, signal);
  }

  /** Whether the schedule of the current version is known. Takes it from L1 if the flags are there. */
  #hasSchedule(state: EnvironmentState): boolean {
    if (state.schedule?.version !== state.version) state.schedule = this.#schedules.held(state) ?? state.schedule;
    return state.schedule?.version === state.version;
  }

  /** Never throws: until the schedule is read, the one of an earlier version is in force. */
  async #readSchedule(lane: Lane, state: EnvironmentState, scope: RequestScope): Promise<void> {
    const schedule = await this.#schedules.read(state, scope).catch(() => undefined);
    if (schedule === undefined) {
      state.scheduleAttempt = { at: this.now(), pauseMs: SCHEDULE_RETRY_MS };
    } else if (schedule.version >= (state.schedule?.version ?? 0)) {
      state.schedule = schedule;
      wakeAll(lane);
    }
  }

  /** Evaluations confirm the head too, and then the watch has nothing to check. */
  #dueAt(lane: Lane, { memory }: EnvironmentState): number {
    const now = this.now();
    // A time that lies ahead is from before the clock was set back.
    const [last = 0] = [memory.checkedAt, lane.checkStartedAt].filter((at) => at <= now).toSorted((a, b) => b - a);
    return last + this.#intervalMs;
  }

  /** Never throws: a check that fails is repeated in the next interval. */
  async #check(lane: Lane, state: EnvironmentState, scope: RequestScope): Promise<void> {
    lane.checkStartedAt = this.now();
    const outcome = await this.#options.headCheck.look(state, scope).catch(() => "unavailable" as const);
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
  readonly #sees: Visibility;
  #isClosed = false;
  /** Called from other requests. It resolves a promise and touches nothing else of this request. */
  wake: () => void = () => undefined;

  constructor(watch: ChangeWatch, lane: Lane, scope: RequestScope, sees: Visibility) {
    this.#watch = watch;
    this.#lane = lane;
    this.#scope = scope;
    this.#sees = sees;
  }

  get version(): number {
    return this.#watch.stateOf(this.#lane).version;
  }

  async confirmed(): Promise<FeedOutcome> {
    await this.#watch.confirm(this.#lane, this.#scope);
    return this.state();
  }

  state(): Promise<FeedOutcome> {
    return this.#watch.outcome(this.#lane, this.#scope);
  }

  boundaryAfter(seenAt: number): number {
    return this.#watch.boundaryAfter(this.#lane, this.#sees, seenAt, this.#scope);
  }

  scheduled(): Promise<void> {
    return this.#watch.scheduled(this.#lane, this.#scope);
  }

  async moved(seen: number, until: number, seenAt: number): Promise<void> {
    const startedAt = this.#watch.now();
    while (!this.#isClosed && !this.#lane.isGone) {
      const { version } = this;
      const end = Math.min(until, this.boundaryAfter(seenAt));
      if ((version !== 0 && version !== seen) || !isWithin(startedAt, end - startedAt, this.#watch.now())) return;
      const wakeAt = Math.min(end, this.#watch.wakeAt(this.#lane, this, this.#scope));
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
    // Here and not in `wake`, because a timer may only be stopped by the request that it belongs to.
    timer.abort();
  }
}
