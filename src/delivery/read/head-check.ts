import type { SingleFlight } from "../../resilience/single-flight.ts";
import type { SharedHeads } from "../entries/shared-heads.ts";
import type { EnvironmentState } from "../environment.ts";
import type { RequestScope } from "../request-scope.ts";
import { planHead } from "./load-plans.ts";
import { isLoaded, type Loader, type LoadOutcome } from "./loader.ts";

/** Confirms the head that this isolate knows, or moves it. */
export interface HeadCheck {
  check(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
  /** As `check`, for a caller who has reason to expect a change: a head shared only for its age does not satisfy it. */
  look(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
  /** Asks the tiers behind the data centre. */
  checkBehind(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome>;
}

/** Checks the head that L2 holds. Used if the data centre's isolates share none. */
export function createRedisHeadCheck(loader: Loader): HeadCheck {
  const check: HeadCheck["check"] = (state, scope) => loader.load(state, planHead(state), scope);
  return { check, look: check, checkBehind: check };
}

/**
 * Checks the head that the data centre's isolates share, and L2 if there is none. With a purge transport the entry
 * lives at most 30 s, and each change purges it several times, so that a head read just before a purge cannot outlive
 * it for long.
 */
export function createSharedHeadCheck(heads: SharedHeads, loader: Loader, flights: SingleFlight): HeadCheck {
  async function checkBehind(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome> {
    const outcome = await loader.load(state, planHead(state), scope);
    if (isLoaded(outcome)) heads.share(state, scope);
    return outcome;
  }
  async function check(state: EnvironmentState, scope: RequestScope): Promise<LoadOutcome> {
    if (await heads.take(state, scope)) return "data-centre";
    return checkBehind(state, scope);
  }
  const shared: HeadCheck["check"] = (state, scope) =>
    scope.minVersion === undefined
      ? flights.run(`head-check:${state.name}`, () => check(state, scope), scope)
      : check(state, scope);
  return { check: shared, look: heads.hasPurge ? shared : checkBehind, checkBehind };
}
