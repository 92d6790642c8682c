import { SingleFlight } from "../../resilience/single-flight.ts";
import { within } from "../../resilience/deadline.ts";
import { type Clock, isWithin, remainingMs } from "../../ops/clock.ts";
import { type EnvironmentState, RETRY_CHECK_MS } from "../environment.ts";
import { MinVersionError, type RequestScope } from "../request-scope.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import type { HeadCheck } from "./head-check.ts";
import { isLoaded, type LoadOutcome } from "./loader.ts";

/** In a busy isolate, a head check that takes longer than this finishes after the response (ms). */
const CHECK_BUDGET_MS = 30;
/**
 * An isolate whose check is overdue by a quarter of an interval was idle. Its contents may be of any age, so it waits
 * for the check, however far away Redis is. With a limit of one interval, a busy isolate would wait too; with two, `npm
 * run simulate` found responses that were old two seconds after the purge.
 */
const IDLE_INTERVALS = 1.25;

/** Stands for an SDK key in the count of looks for announced versions. No key has this id. */
const ANNOUNCED = "";

export interface FreshnessOptions {
  headCheck: HeadCheck;
  /** `undefined` if caches are off. */
  snapshots?: Snapshots | undefined;
  clock: Clock;
  headCheckMs: number;
  /** An isolate that was idle, or that does not know an SDK key, waits at most this long (ms). */
  headBudgetMs: number;
  /** Minimum time between two looks for unknown SDK keys in one environment (ms). Default: 0. */
  keyCheckMs?: number;
  /** Whether the store may be asked, for this SDK key, for a version that a caller claims to know. Default: always. */
  mayLookAhead?: (keyId: string) => boolean;
}

/** Decides when an isolate must confirm its head before it responds from memory, and how long it waits for that. */
export class Freshness {
  readonly #options: FreshnessOptions;
  /** Looks that all requests for the same thing share. */
  readonly #looks: SingleFlight;

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#looks = new SingleFlight({ clock: options.clock, budgetMs: options.headBudgetMs });
  }

  /** Confirms the head if a check is due. @throws MinVersionError `scope.minVersion` is not visible yet */
  async checkHead(state: EnvironmentState, scope: RequestScope): Promise<void> {
    const { clock, headCheckMs, headBudgetMs, headCheck } = this.#options;
    const now = clock.now();
    if (scope.minVersion !== undefined && state.version < scope.minVersion) {
      await within(headCheck.check(state, scope), headBudgetMs, clock);
      if (state.version < scope.minVersion) throw new MinVersionError(scope.minVersion, state.version);
      return;
    }
    const { checkedAt } = state.memory;
    if (isWithin(checkedAt, headCheckMs, now) || state.hasJustFailed(now)) return;
    const wasBusy = isWithin(checkedAt, IDLE_INTERVALS * headCheckMs + 1, now);
    const check = this.#check(state, scope);
    // Needed by a follower of another request's check too: its own follow-up would die with its request otherwise.
    scope.waitUntil(check);
    await within(check, wasBusy ? CHECK_BUDGET_MS : headBudgetMs, clock);
  }

  /**
   * Looks for a version that an event announced to a client, and gives up silently. All clients of an event ask at the
   * same moment, so there is one look at a time per environment, also for versions that a client has made up.
   */
  async seekVersion(state: EnvironmentState, minVersion: number, scope: RequestScope): Promise<void> {
    const { clock, headBudgetMs, headCheck, mayLookAhead } = this.#options;
    const look = async (): Promise<LoadOutcome | undefined> => {
      // Past the limit, ask L2 all the same, but do not look in the store for a version that L2 lacks.
      const { minVersion: _, ...ordinary } = scope;
      // Streams and bulk requests of all keys share one look, so they share one count.
      const asked = mayLookAhead?.(ANNOUNCED) === false ? ordinary : { ...scope, minVersion };
      return headCheck.look(state, asked).catch(() => undefined);
    };
    // Twice at most: the look that this request joined may have begun before the change.
    for (let i = 0; i < 2 && state.version < minVersion; i++) {
      const looked = this.#looks.join(`version:${state.name}`, look, scope).catch(() => undefined);
      scope.waitUntil(looked);
      const landed = await within(looked, headBudgetMs, clock);
      if (landed?.result === undefined || landed.isOwn) return;
    }
  }

  /**
   * Confirms the head for a caller whose SDK key this isolate does not know: the key was revoked, or created since the
   * last check. There is one look at a time per environment, at least `keyCheckMs` apart, and requests in between wait
   * for the next one. So a revoked key cannot load L2, and a new key is not refused because of it. With
   * `isNewHere`, the isolate has just begun with its data centre's table of keys, and looks past it.
   */
  async checkUnknownKey(state: EnvironmentState, scope: RequestScope, isNewHere = false): Promise<void> {
    const { clock, headBudgetMs, keyCheckMs = 0 } = this.#options;
    const startedAt = clock.now();
    const look = async (): Promise<"looked"> => {
      const waitMs = remainingMs(state.keysLookedAt, keyCheckMs, clock.now());
      if (waitMs > 0) await clock.sleep(waitMs);
      state.keysLookedAt = clock.now();
      if (!state.hasJustFailed(clock.now())) await this.#check(state, scope, isNewHere ? "checkBehind" : "look");
      return "looked";
    };
    // Twice at most: the look that this request joined may have begun before the key was created.
    for (let i = 0; i === 0 || (i === 1 && state.memory.checkedAt < startedAt && !state.isFailing); i++) {
      const looked = this.#looks.run(`keys:${state.name}`, look, scope).catch(() => undefined);
      scope.waitUntil(looked);
      if ((await within(looked, headBudgetMs, clock)) === undefined) return;
    }
  }

  /** Confirms the head behind a response that another isolate has made, at most once a second. */
  checkHeadBehind(state: EnvironmentState, scope: RequestScope): void {
    const { clock, headCheckMs } = this.#options;
    const now = clock.now();
    const intervalMs = Math.max(headCheckMs, RETRY_CHECK_MS);
    if ([state.memory.checkedAt, state.confirmedBehindAt].some((at) => isWithin(at, intervalMs, now))) return;
    state.confirmedBehindAt = now;
    scope.waitUntil(this.#check(state, scope).catch(() => undefined));
  }

  async #check(state: EnvironmentState, scope: RequestScope, how: keyof HeadCheck = "check"): Promise<void> {
    const { clock, headCheck, snapshots } = this.#options;
    const outcome = await headCheck[how](state, scope).catch((): LoadOutcome => "unavailable");
    if (outcome === "unavailable") state.headCheckFailed(clock.now());
    else state.recovered();
    if (isLoaded(outcome)) snapshots?.tierResponded(state, scope);
  }
}
