import type { MemoryEnvironment } from "../../cache/memory-environment.ts";
import { SingleFlight } from "../../resilience/single-flight.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { Clock } from "../../ops/clock.ts";
import type { HeadCheck } from "./head-check.ts";
import type { LoadOutcome } from "./loader.ts";
import { MinVersionError, type RequestScope } from "../request-scope.ts";
import { within } from "../../resilience/deadline.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";

/** A check that does not finish in this time finishes behind the answer, in an isolate that is asked all the time (ms). */
const CHECK_BUDGET_MS = 30;
/**
 * An isolate that has missed this many checks was idle: what it knows may be any age, so it waits for the check, near or far
 * as Redis may be. Past one missed check, a busy isolate would wait too, and past a minute a kill switch would not be one.
 */
const IDLE_CHECKS = 2;
/** How long an isolate that was idle waits at the most (ms). */
const IDLE_BUDGET_MS = 500;
/** A failed check is not repeated sooner than this (ms). */
const RETRY_CHECK_MS = 1000;

export interface FreshnessOptions {
  headCheck: HeadCheck;
  /** Absent: caches are off. */
  snapshots?: Snapshots | undefined;
  clock: Clock;
  headCheckMs: number;
  /** Looks for SDK keys that this isolate does not know begin at least this far apart, per environment (ms). Default: 0. */
  keyCheckMs?: number;
  /** Whether the store may be asked for a version that a caller says it was told of. Default: always. */
  mayLookAhead?: () => boolean;
}

/** When an isolate must confirm its head before it answers from memory, and how long it waits for that. */
export class Freshness {
  readonly #options: FreshnessOptions;
  /** ms since epoch of the last failed check, per environment. */
  readonly #failedAt = new WeakMap<MemoryEnvironment<CompiledFlag>, number>();

  /** ms since epoch of the last check behind an answer of others, per environment. */
  readonly #confirmedAt = new WeakMap<MemoryEnvironment<CompiledFlag>, number>();

  /** ms since epoch at which the last look for an unknown SDK key began, per environment. */
  readonly #keysLookedAt = new WeakMap<MemoryEnvironment<CompiledFlag>, number>();

  /** Looks on behalf of everybody who asks for the same at the same moment. */
  readonly #looks: SingleFlight;

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#looks = new SingleFlight({ clock: options.clock, budgetMs: IDLE_BUDGET_MS });
  }

  /** The head could not be confirmed the last time. */
  isFailing(memory: MemoryEnvironment<CompiledFlag>): boolean {
    return this.#failedAt.has(memory);
  }

  /** A tier has answered since. */
  recovered(memory: MemoryEnvironment<CompiledFlag>): void {
    this.#failedAt.delete(memory);
  }

  /** Confirms the head where that is due. @throws MinVersionError `scope.minVersion` is not visible yet */
  async ensure(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): Promise<void> {
    const { clock, headCheckMs, headCheck } = this.#options;
    const now = clock.now();
    if (scope.minVersion !== undefined && memory.version < scope.minVersion) {
      await within(headCheck.check(environment, scope), IDLE_BUDGET_MS);
      if (memory.version < scope.minVersion) throw new MinVersionError(scope.minVersion, memory.version);
      return;
    }
    const age = now - memory.checkedAt;
    if (age < headCheckMs) return;
    if (this.#hasJustFailed(memory)) return;
    const check = this.#check(environment, memory, scope);
    // Also for a follower of another request's check: what it does with the outcome dies with its own request otherwise.
    scope.waitUntil(check);
    await within(check, age > IDLE_CHECKS * headCheckMs ? IDLE_BUDGET_MS : CHECK_BUDGET_MS);
  }

  /**
   * Looks for a version that a caller was told of, and gives up in silence. Everybody who is told of a change asks at the
   * same moment, so there is one look at a time per environment, also for versions that somebody has made up.
   */
  async announced(
    environment: string,
    memory: MemoryEnvironment<CompiledFlag>,
    minVersion: number,
    scope: RequestScope,
  ): Promise<void> {
    const { headCheck, mayLookAhead } = this.#options;
    let isOwn = false;
    const look = async (): Promise<LoadOutcome> => {
      isOwn = true;
      // Past the limit L2 is asked all the same, and what it lacks is not looked for in the store.
      const { minVersion: _, ...ordinary } = scope;
      return headCheck.check(environment, mayLookAhead?.() === false ? ordinary : { ...scope, minVersion });
    };
    // Twice at most: the look that was joined may have begun before the change.
    for (let i = 0; i < 2 && !isOwn && memory.version < minVersion; i++) {
      const looked = this.#looks.run(`version:${environment}`, look, scope).catch(() => undefined);
      scope.waitUntil(looked);
      if ((await within(looked, IDLE_BUDGET_MS)) === undefined) return;
    }
  }

  /**
   * Confirms the head for a caller whose key this isolate does not know: it is revoked, or was made since the last
   * check. One look at a time per environment, `keyCheckMs` apart: who comes in between waits for the next, so that a
   * revoked key is no way to load L2 and a new one is not refused on its account.
   */
  async unknownKey(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): Promise<void> {
    const { clock, keyCheckMs = 0 } = this.#options;
    const askedAt = clock.now();
    const look = async (): Promise<"looked"> => {
      const waitMs = (this.#keysLookedAt.get(memory) ?? 0) + keyCheckMs - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs);
      this.#keysLookedAt.set(memory, clock.now());
      if (!this.#hasJustFailed(memory)) await this.#check(environment, memory, scope);
      return "looked";
    };
    // Twice at most: what was joined may have begun before the key was made.
    for (let i = 0; i === 0 || (i === 1 && memory.checkedAt < askedAt && !this.isFailing(memory)); i++) {
      const looked = this.#looks.run(`keys:${environment}`, look, scope).catch(() => undefined);
      scope.waitUntil(looked);
      if ((await within(looked, IDLE_BUDGET_MS)) === undefined) return;
    }
  }

  /** Confirms the head behind an answer that this isolate did not make itself, at most once a second. */
  confirmBehind(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): void {
    const { clock, headCheckMs } = this.#options;
    const now = clock.now();
    const lastAt = Math.max(memory.checkedAt, this.#confirmedAt.get(memory) ?? 0);
    if (now - lastAt < Math.max(headCheckMs, RETRY_CHECK_MS)) return;
    this.#confirmedAt.set(memory, now);
    scope.waitUntil(this.#check(environment, memory, scope).catch(() => undefined));
  }

  #hasJustFailed(memory: MemoryEnvironment<CompiledFlag>): boolean {
    const failedAt = this.#failedAt.get(memory);
    return failedAt !== undefined && this.#options.clock.now() - failedAt < RETRY_CHECK_MS;
  }

  async #check(environment: string, memory: MemoryEnvironment<CompiledFlag>, scope: RequestScope): Promise<void> {
    const { clock, headCheck, snapshots } = this.#options;
    const outcome = await headCheck.check(environment, scope).catch((): LoadOutcome => "unavailable");
    if (outcome === "unavailable") this.#failedAt.set(memory, clock.now());
    else this.#failedAt.delete(memory);
    if (outcome === "L2" || outcome === "L3") snapshots?.answered(environment, memory, scope);
  }
}
